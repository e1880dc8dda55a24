/** Most bytes that one `bytes.read` gives. Apart from the schemas: the page, which counts with it, loads no zod. */
export const MOST_READ = 65_536;
/** Most bytes that can be looked for. */
export const MOST_SOUGHT = 256;
