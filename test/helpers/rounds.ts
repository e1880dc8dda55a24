const enduring = process.env["LAMINA_ENDURE"] === "1";

/** How often a test of random cases tries: `usual` times, and `full` times under `npm run endure`. */
export const rounds = (usual: number, full: number): number => (enduring ? full : usual);
