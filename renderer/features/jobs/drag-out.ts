import type { DragEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { attempt } from "../../state/view";

/** What lets the image of a finished conversion be dragged to another program. */
interface DragOut {
  readonly draggable?: boolean;
  readonly title?: string;
  readonly onDragStart?: (event: DragEvent) => void;
}

/** For the part of a job's row that takes hold of its image; nothing before there is one. */
export function useDragOut(job: Job | undefined): DragOut {
  const { t } = useTranslation();
  if (job?.state !== "done") return {};
  return {
    draggable: true,
    title: t("jobs.dragOut", { target: nameOf(job.target) }),
    onDragStart: (event) => {
      // The desktop drags the file itself, not a picture of this row.
      event.preventDefault();
      attempt(() => call("jobs.startDrag", { jobId: job.id }));
    },
  };
}
