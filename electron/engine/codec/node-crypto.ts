import type * as NodeCrypto from "node:crypto";

/**
 * Node's crypto, loaded when it is first asked for: few commands need it, and each thread of a
 * conversion would spend milliseconds on it.
 */
export const nodeCrypto = (): typeof NodeCrypto => process.getBuiltinModule("node:crypto");
