import { type ESTree, Visitor, parseSync } from "vite";

/** The attributes that people read or hear. */
const spoken = new Set([
  "alt",
  "aria-description",
  "aria-label",
  "aria-placeholder",
  "aria-roledescription",
  "aria-valuetext",
  "closeButtonLabel",
  "description",
  "error",
  "label",
  "nothingFound",
  "placeholder",
  "title",
]);

/** Text that a component writes out itself: of its elements and of the attributes that are read. */
export function literalTexts(name: string, source: string): string[] {
  const { program, errors } = parseSync(name, source);
  if (errors[0]) throw new Error(`${name}: ${errors[0].message}`);

  const found: string[] = [];
  const add = (text: string): void => {
    if (/\p{L}/u.test(text)) found.push(text.trim());
  };
  const children = (nodes: readonly ESTree.JSXChild[]): void => {
    for (const node of nodes) {
      if (node.type === "JSXText") add(node.value);
      if (node.type === "JSXExpressionContainer") literalsOf(node.expression).forEach(add);
    }
  };
  new Visitor({
    JSXElement: (node) => children(node.children),
    JSXFragment: (node) => children(node.children),
    JSXAttribute: ({ name: { name: attribute }, value }) => {
      if (typeof attribute !== "string" || !spoken.has(attribute)) return;
      if (value?.type === "Literal") literalsOf(value).forEach(add);
      if (value?.type === "JSXExpressionContainer") literalsOf(value.expression).forEach(add);
    },
  }).visit(program);
  return found;
}

/** The literal strings that an expression can be or be put together of. */
function literalsOf(node: ESTree.Expression | ESTree.JSXEmptyExpression): string[] {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "TemplateLiteral":
      return node.quasis.map(({ value }) => value.cooked ?? value.raw);
    case "ConditionalExpression":
      return [...literalsOf(node.consequent), ...literalsOf(node.alternate)];
    case "LogicalExpression":
      return [...literalsOf(node.left), ...literalsOf(node.right)];
    case "BinaryExpression":
      return node.operator === "+" ? [...literalsOf(node.left), ...literalsOf(node.right)] : [];
    default:
      return [];
  }
}
