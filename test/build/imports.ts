import { type ESTree, Visitor, parseSync } from "vite";

/** One import in a source file. */
export interface Import {
  /** What is asked for, as written: `./file`, `node:fs`, `react`. */
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  /** True when only types are taken, so that nothing is loaded. */
  readonly typeOnly: boolean;
}

/**
 * Lists everything a module loads or takes types from: `import`, `export … from`, `import()`, types
 * written as `import("…")`, and `require` with a constant name.
 *
 * @param name the file's name; its extension says how to parse
 * @throws Error when the source cannot be parsed
 */
export function importsOf(name: string, source: string): Import[] {
  const { program, errors } = parseSync(name, source);
  if (errors[0]) throw new Error(`${name}: ${errors[0].message}`);

  const found: Import[] = [];
  const add = (node: ESTree.Node | null, typeOnly: boolean): void => {
    if (node?.type !== "Literal" || typeof node.value !== "string") return;
    const line = source.slice(0, node.start).split("\n").length;
    found.push({ specifier: node.value, line, typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) =>
      add(
        node.source,
        node.importKind === "type" ||
          (node.specifiers.length > 0 &&
            node.specifiers.every(
              (one) => one.type === "ImportSpecifier" && one.importKind === "type",
            )),
      ),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === "type"),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === "type"),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
    TSExternalModuleReference: (node) => add(node.expression, false),
    CallExpression: (node) => {
      if (isRequire(node.callee)) add(node.arguments[0] ?? null, false);
    },
  }).visit(program);
  return found;
}

/** `require` itself, `require.resolve`, or what createRequire(…) returns. */
function isRequire(callee: ESTree.Node): boolean {
  if (callee.type === "Identifier") return callee.name === "require";
  if (callee.type === "MemberExpression") return isRequire(callee.object);
  return (
    callee.type === "CallExpression" &&
    callee.callee.type === "Identifier" &&
    callee.callee.name === "createRequire"
  );
}
