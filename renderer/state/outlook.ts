import { create } from "zustand";
import type { EventPayload } from "../../shared/ipc/contract";
import type { ConvertRequest } from "../../shared/model/job";
import type { MeasuredSize, MeasuredVariant } from "../../shared/model/measure";
import type { PreflightFinding, Purpose } from "../../shared/model/preflight";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useConvert } from "./convert";
import { readability, requestOf } from "./convert-form";
import { useImages, type ImageView } from "./images";
import { useMeasures, variantsOf as variantsIn, type MeasureView } from "./measures";
import { variantOf } from "./variant-of";

/** What the chosen target would take. */
export type SizeView =
  /** It is not foretold: several sources, one that cannot be read, or a backing file that is kept. */
  | { readonly state: "unknown" }
  | { readonly state: "measuring" }
  | {
      readonly state: "ready";
      readonly size: MeasuredSize & Partial<Pick<MeasuredVariant, "provisioning">>;
    }
  | { readonly state: "failed"; readonly failure: Failure };

interface Outlook {
  /** By source. */
  readonly findings: Readonly<Record<string, readonly PreflightFinding[]>>;
  /** The same jobs as command lines. */
  readonly commands: readonly string[];
  /** What every format would take; undefined where that cannot be measured. */
  readonly variants: MeasureView | undefined;
  readonly size: SizeView;
  /** Whether all of this is of what the dialog holds now. */
  readonly current: boolean;
}

interface OutlookState extends Outlook {
  /** Looks at what the convert dialog holds now, a moment later. To be called at every change. */
  follow: () => void;
  /** Takes in how far the main process is. */
  progressed: (progress: EventPayload<"convert.measuring">) => void;
}

/** Milliseconds in which nothing changes before it is looked at. */
const CALM_MS = 150;

const nothing: Outlook = {
  findings: {},
  commands: [],
  variants: undefined,
  size: { state: "unknown" },
  current: false,
};

const none: {
  readonly disk: string;
  readonly view: ImageView | undefined;
  readonly running: Promise<MeasureView> | undefined;
} = { disk: "", view: undefined, running: undefined };

/** What the conversion in the dialog would come to. */
export const useOutlook = create<OutlookState>()((set, get) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: { key: string; views: readonly unknown[] } = { key: "", views: [] };
  /** The disk that was measured last, as its image was then. */
  let measured = none;
  let turn = 0;

  const look = async (now: number) => {
    const form = useConvert.getState();
    const { views } = useImages.getState();
    const requests = form.sources.flatMap((source) =>
      readability(views[source]) === "not" ? [] : (requestOf(form, source) ?? []),
    );
    const stale = () => now !== turn;
    const told = async () => {
      const findings = await findingsOf(form.purpose, requests);
      if (!stale()) set({ findings });
    };
    const spelled = async () => {
      const commands = await commandsOf(requests);
      if (!stale()) set({ commands });
    };
    const [only] = requests;
    const alone = form.sources.length === 1 && only !== undefined;
    await Promise.all([told(), spelled(), alone ? measure(only, stale) : undefined]);
    if (stale()) return;
    if (!alone) set({ variants: undefined, size: { state: "unknown" } });
    // Where the page itself is still measuring, it tells when it has ended.
    set(({ size }) => ({ current: size.state !== "measuring" }));
  };

  const measure = async (request: ConvertRequest, stale: () => boolean) => {
    set({ size: { state: request.keepBacking === true ? "unknown" : "measuring" } });
    const variants = await variantsFor(request);
    const model = useConvert.getState().formats.find(({ id }) => id === request.format);
    if (stale() || request.keepBacking === true || !variants || !model) return;
    if (variants.state === "failed") {
      set({ size: variants });
      return;
    }
    const known = variantOf(variantsIn(variants), request, model.options);
    const size: SizeView = known ? { state: "ready", size: known } : await sizeOf(request);
    if (!stale()) set({ size });
  };

  /** Sizes of every format; undefined while the page's own measurement of them is under way. */
  const variantsFor = async (request: ConvertRequest): Promise<MeasureView | undefined> => {
    const { source, snapshot, size } = request;
    const page = useMeasures.getState().views[source];
    if (snapshot === undefined && size === undefined && page !== undefined) {
      measured = none;
      set({ variants: page });
      return page.state === "measuring" ? undefined : page;
    }
    const disk = diskOf(request);
    const key = JSON.stringify(disk);
    const view = useImages.getState().views[source];
    if (measured.disk === key && measured.view === view) return measured.running;
    const running = variantsOfDisk(disk);
    measured = { disk: key, view, running };
    set({ variants: { state: "measuring", done: 0, total: 0, before: [] } });
    const variants = await running;
    if (measured.running === running) set({ variants });
    return variants;
  };

  return {
    ...nothing,
    follow: () => {
      const form = useConvert.getState();
      if (form.sources.length === 0) {
        if (asked.key === "") return;
        asked = { key: "", views: [] };
        measured = none;
        clearTimeout(timer);
        turn += 1;
        set(nothing);
        call("convert.stopMeasuring").catch(() => undefined);
        return;
      }
      const { views } = useImages.getState();
      const requests = form.sources.map((source) => requestOf(form, source));
      const key = JSON.stringify([form.purpose, requests]);
      const pages = form.sources.map((source) => pageState(useMeasures.getState().views[source]));
      const seen = [
        ...form.sources.map((source): ImageView | undefined => views[source]),
        ...pages,
      ];
      if (key === asked.key && same(seen, asked.views)) return;
      asked = { key, views: seen };
      clearTimeout(timer);
      turn += 1;
      const now = turn;
      set({ current: false });
      timer = setTimeout(() => void look(now), CALM_MS);
    },
    progressed: ({ path, done, total }) => {
      const { variants } = get();
      const [source] = useConvert.getState().sources;
      if (variants?.state === "measuring" && path === source)
        set({ variants: { ...variants, done, total } });
    },
  };
});

/** What of the page's own measurement matters: progress alone does not. */
function pageState(view: MeasureView | undefined): unknown {
  return view?.state === "ready" ? view.variants : view?.state;
}

function same(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, nth) => one === others[nth]);
}

function diskOf({ source, snapshot, size }: ConvertRequest) {
  return {
    path: source,
    ...(snapshot !== undefined && { snapshot }),
    ...(size !== undefined && { size }),
  };
}

async function variantsOfDisk(disk: ReturnType<typeof diskOf>): Promise<MeasureView> {
  try {
    return { state: "ready", variants: await call("convert.measure", disk) };
  } catch (error) {
    return { state: "failed", failure: toFailure(error) };
  }
}

async function sizeOf(request: ConvertRequest): Promise<SizeView> {
  const { format, options, compress } = request;
  try {
    const target = { ...diskOf(request), format, options, compress };
    return { state: "ready", size: await call("image.measureTarget", target) };
  } catch (error) {
    return { state: "failed", failure: toFailure(error) };
  }
}

/** What cannot be looked at has no findings: its own view tells why. */
async function findingsOf(
  purpose: Purpose,
  requests: readonly ConvertRequest[],
): Promise<Outlook["findings"]> {
  const answers = await Promise.allSettled(
    requests.map(({ source, target, format, options, size, snapshot }) =>
      call("convert.preflight", {
        source,
        purpose,
        target,
        format,
        options,
        ...(size !== undefined && { size }),
        ...(snapshot !== undefined && { snapshot }),
      }),
    ),
  );
  return Object.fromEntries(
    requests.map(({ source }, nth) => {
      const answer = answers[nth];
      return [source, answer?.status === "fulfilled" ? answer.value.findings : []];
    }),
  );
}

async function commandsOf(requests: readonly ConvertRequest[]): Promise<string[]> {
  const answers = await Promise.allSettled(
    requests.map((request) => call("convert.commandLine", request)),
  );
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.command] : []));
}
