// Every file that may be in the program's folder, each system's by its own names. What is new, Electron's
// or ours, has to be allowed here first.

/** Chromium's and Electron's data, in the folder itself on Linux and Windows. */
const data = [
  /^chrome_[12]00_percent\.pak$/,
  /^icudtl\.dat$/,
  /^LICENSE\.electron\.txt$/,
  /^LICENSES\.chromium\.html$/,
  /^resources\.pak$/,
  /^snapshot_blob\.bin$/,
  /^v8_context_snapshot\.bin$/,
  /^vk_swiftshader_icd\.json$/,
  /^locales\/(?:en-GB|en-US|vi|zh-CN)\.pak$/,
];

const resources = [
  /^app\.asar$/,
  /^app\.asar\.unpacked\/node_modules\/@koromix\/koffi-[\w-]+\/(?:package\.json|index\.js)$/,
  /^app\.asar\.unpacked\/node_modules\/@koromix\/koffi-[\w-]+\/\w+\/koffi\.node$/,
];

/** @param folder ends in a slash */
function below(folder: string, patterns: readonly RegExp[]): RegExp[] {
  return patterns.map(({ source }) => new RegExp(`^${folder}${source.slice(1)}`));
}

const linux = [
  ...data,
  ...below("resources/", [...resources, /^apparmor-profile$/]),
  /^bin\/lamina$/,
  /^lamina$/,
  /^chrome-sandbox$/,
  /^chrome_crashpad_handler$/,
  /^lib(?:EGL|GLESv2|ffmpeg|vk_swiftshader)\.so$/,
  /^libvulkan\.so\.1$/,
];

const windows = [
  ...data,
  // elevate.exe: electron-builder's, for an installation for all users.
  ...below("resources/", [...resources, /^disk-image\.ico$/, /^elevate\.exe$/]),
  /^bin\/lamina\.cmd$/,
  /^Lamina\.exe$/,
  /^(?:d3dcompiler_47|dxcompiler|dxil|ffmpeg|libEGL|libGLESv2|vk_swiftshader|vulkan-1)\.dll$/,
];

const mac = [
  ...below("Contents/Resources/", [
    ...resources,
    /^bin\/lamina$/,
    /^(?:lamina|disk-image|icon)\.icns$/,
    /^[\w-]+\.lproj\/.*$/,
  ]),
  /^Contents\/(?:Info\.plist|PkgInfo|MacOS\/Lamina|_CodeSignature\/CodeResources)$/,
  // Electron's own: the framework, its helpers, and what updates a program.
  /^Contents\/Frameworks\/(?:Electron Framework|Mantle|ReactiveObjC|Squirrel)\.framework\//,
  /^Contents\/Frameworks\/Lamina Helper(?: \((?:GPU|Plugin|Renderer)\))?\.app\//,
];

export const programFiles: readonly RegExp[] =
  { darwin: mac, win32: windows }[process.platform as string] ?? linux;

/** Those that Electron does not have; paths with slashes. */
export function isOurs(path: string): boolean {
  return /^(?:Contents\/R|r)esources\/|^bin\//.test(path) && !path.includes(".lproj/");
}
