import { execFile } from "node:child_process";

/** Runs a program outside of any timing; the answer is what it printed. @throws Error when it fails. */
export function mustRun(program: string, args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    execFile(program, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else {
        const end = error.signal ?? error.code;
        fail(new Error(`${program} ${args.join(" ")} ended with ${end}\n${stdout}${stderr}`));
      }
    });
  });
}
