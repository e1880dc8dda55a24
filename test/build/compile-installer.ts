import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeWindowsFiles } from "../../build/packaging/windows-files.mjs";
import type { FormatModel } from "../../shared/model/format";

const include = resolve(import.meta.dirname, "../../build/packaging/windows/installer.nsh");

/** Whether NSIS's compiler is here: Debian's package nsis. */
export const hasMakensis =
  spawnSync("makensis", ["-VERSION"], { stdio: "ignore", timeout: 10_000 }).status === 0;

/**
 * Compiles an installer that has of the real one only what `installer.nsh` adds, and what that is given
 * by electron-builder. /ALL installs for all users. A warning is an error.
 *
 * @returns the path of lamina-setup.exe in `folder`; run, it makes uninstall.exe in its $INSTDIR
 */
export function compileInstaller(
  folder: string,
  formats: readonly FormatModel[],
  packed: readonly string[],
): string {
  makeWindowsFiles(folder, formats, packed);
  const script = join(folder, "setup.nsi");
  const setup = join(folder, "lamina-setup.exe");
  const mode = `
  SetRegView 64
  \${GetParameters} $R0
  ClearErrors
  \${GetOptions} $R0 "/ALL" $R1
  \${If} \${Errors}
    StrCpy $installMode "CurrentUser"
    SetShellVarContext current
  \${Else}
    StrCpy $installMode "all"
    SetShellVarContext all
  \${EndIf}`;
  writeFileSync(
    script,
    `\u{feff}Unicode true
Target amd64-unicode
Name "Lamina"
OutFile "${setup}"
RequestExecutionLevel user
!define PRODUCT_NAME "Lamina"
!define PRODUCT_FILENAME "Lamina"
!define APP_DESCRIPTION "See what a virtual disk really is"
!define APP_GUID "11111111-2222-3333-4444-555555555555"
!addincludedir "${folder}"
!include "${include}"
!include "FileFunc.nsh"
Var installMode
InstallDir "C:\\Programs\\Lamina"
Section
${mode}
  SetOutPath $INSTDIR
  WriteUninstaller "$INSTDIR\\uninstall.exe"
  !insertmacro customInstall
SectionEnd
Section "un.Uninstall"
${mode}
  !insertmacro customUnInstall
SectionEnd
`,
  );
  execFileSync("makensis", ["-V2", "-WX", "-INPUTCHARSET", "UTF8", script], { stdio: "pipe" });
  return setup;
}
