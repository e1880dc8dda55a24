import type { Page } from "@playwright/test";
import type { LaminaBridge } from "../../../shared/ipc/channels";
import type { EventPayload } from "../../../shared/ipc/contract";
import type { ConvertRequest } from "../../../shared/model/job";

/** What came of conversions that were kept going. */
export interface Conversions {
  /** That were done. */
  readonly done: number;
  /** The most that ran at once; the others waited. */
  readonly running: number;
}

/**
 * Starts these conversions through the page, as its dialog does, and each one anew when it is done, so
 * that there are always as many. The answer stops them. Its promise fails when one of them did.
 */
export async function keepConverting(
  page: Page,
  requests: readonly ConvertRequest[],
): Promise<() => Promise<Conversions>> {
  await page.evaluate(async (wanted) => {
    const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
    const call = async (name: string, input: unknown): Promise<unknown> => {
      const reply = await lamina.call(name, input);
      if (!reply.ok) throw new Error(`${name}: ${reply.failure.message}`);
      return reply.value;
    };
    const jobs = new Map<string, ConvertRequest>();
    const running = new Set<string>();
    const result = { done: 0, running: 0, failure: undefined as string | undefined };
    const control = { stopped: false };
    const start = async (request: ConvertRequest): Promise<void> => {
      const { jobId } = (await call("convert.start", request)) as { jobId: string };
      jobs.set(jobId, request);
    };
    lamina.on((name, payload) => {
      if (name !== "jobs.changed") return;
      const job = payload as EventPayload<"jobs.changed">;
      if (job.state === "running") running.add(job.id);
      else running.delete(job.id);
      result.running = Math.max(result.running, running.size);
      if (job.state === "failed") result.failure = job.failure?.message ?? "a conversion failed";
      const request = jobs.get(job.id);
      if (job.state !== "done" || request === undefined) return;
      jobs.delete(job.id);
      result.done += 1;
      if (control.stopped) return;
      // Nobody keeps a hundred ended jobs on the list.
      void call("jobs.dismiss", { jobId: job.id }).then(() => start({ ...request, replace: true }));
    });
    for (const request of wanted) await start(request);
    const stop = async (): Promise<typeof result> => {
      control.stopped = true;
      for (const jobId of jobs.keys()) await call("jobs.cancel", { jobId });
      return result;
    };
    Object.assign(window, { benchStop: stop });
  }, requests);
  return async () => {
    const result = await page.evaluate(() =>
      (
        window as unknown as { benchStop(): Promise<Conversions & { failure?: string }> }
      ).benchStop(),
    );
    if (result.failure !== undefined) throw new Error(result.failure);
    return result;
  };
}
