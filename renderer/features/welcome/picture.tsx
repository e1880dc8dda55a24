import styles from "./picture.module.css";

/** The slabs from the bottom one up: distance from the top in the picture's units. */
const slabs = [
  { y: 52, part: styles.bottom },
  { y: 27, part: styles.middle },
  { y: 2, part: styles.top },
];

/** A disk as what it is: layers, each seen through the gaps of the one above. */
export function Picture() {
  return (
    <svg
      className={styles.picture}
      width="172"
      height="144"
      viewBox="0 0 172 144"
      aria-hidden="true"
    >
      {slabs.map(({ y, part }) => (
        <g key={y} className={part} transform={`translate(0 ${y})`}>
          <path className={styles.side} d="M8 40 86 78 164 40V48L86 86 8 48Z" />
          <path className={styles.face} d="M86 2 164 40 86 78 8 40Z" />
        </g>
      ))}
      <g className={styles.cells} transform="translate(0 2)">
        <path d="M86 12 105 21.5 86 31 67 21.5Z" />
        <path d="M109 23.5 128 33 109 42.5 90 33Z" />
        <path d="M63 23.5 82 33 63 42.5 44 33Z" />
        <path d="M86 48 105 57.5 86 67 67 57.5Z" />
      </g>
    </svg>
  );
}
