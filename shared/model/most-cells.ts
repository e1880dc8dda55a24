/**
 * Cells of a map that one question may ask for: more than the largest window shows. No zod here: the page
 * uses it too.
 */
export const mostCells = 65_536;
