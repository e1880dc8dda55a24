/** A text of the catalogs as paragraphs: a blank line parts two, **words** stand out, `words` are for a machine. */
export function RichText({ children }: { children: string }) {
  return children.split("\n\n").map((paragraph) => (
    <p key={paragraph}>
      {paragraph.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
        if (part.startsWith("**")) return <strong key={part}>{part.slice(2, -2)}</strong>;
        return part.startsWith("`") ? <code key={part}>{part.slice(1, -1)}</code> : part;
      })}
    </p>
  ));
}
