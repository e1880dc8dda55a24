import { useElementSize } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Bar, BarChart, CartesianGrid, LabelList, XAxis, YAxis } from "recharts";
import type { SpeedPattern } from "../../../shared/model/read-speed";
import { throughputOf, type SpeedFigure } from "../../state/speed";
import { formatCount, formatRoundSpeed, formatSpeed, sizeUnits } from "../../text/format";
import styles from "./speed.module.css";
import { ticksFor } from "./ticks";

interface SpeedChartProps {
  pattern: SpeedPattern;
  /** Of this pattern. */
  figures: readonly SpeedFigure[];
}

/** Pixels of one subject with its two bars, of the axis below, and of the labels beside the bars. */
const GROUP = 52;
const AXIS = 28;
const NAMES = 104;
const LABELS = 110;

/**
 * The figures of one way to read as bars: bytes in a second, or reads in a second for small ones. Its
 * file holds the chart library, so that it is loaded only when there is something to draw.
 */
export default function SpeedChart({ pattern, figures }: SpeedChartProps) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const label = (value: number): string =>
    pattern === "sequential"
      ? formatSpeed(value)
      : t("speed.chart.rate", { reads: formatCount(value) });
  const data = figures.map(({ subject, result }) => ({
    name: t(`speed.short.${subject}`),
    first: rateOf(pattern, result.first),
    again: rateOf(pattern, result.again),
  }));
  const most = Math.max(1, ...data.flatMap(({ first, again }) => [first, again]));
  const ticks = ticksFor(most, pattern === "sequential" ? unitBelow(most) : 1);
  const text = data
    .map(({ name, first, again }) => `${name}: ${label(first)}, ${label(again)}`)
    .join("; ");
  return (
    <div ref={ref}>
      <div
        className={styles.chart}
        role="img"
        aria-label={`${t(`speed.pattern.${pattern}`)}: ${text}. ${t("speed.chart.alternative")}`}
        data-testid={`chart-${pattern}`}
      >
        {width > 0 && (
          <BarChart
            layout="vertical"
            width={width}
            height={data.length * GROUP + AXIS}
            data={data}
            margin={{ top: 0, right: LABELS, bottom: 0, left: 0 }}
            barCategoryGap={10}
            barGap={2}
            accessibilityLayer={false}
          >
            <CartesianGrid horizontal={false} stroke="var(--line)" />
            <XAxis
              type="number"
              stroke="var(--line-strong)"
              tick={{ fill: "var(--dim)", fontSize: 11 }}
              tickFormatter={(value: number) =>
                pattern === "sequential" ? formatRoundSpeed(value) : formatCount(value)
              }
              ticks={ticks}
              domain={[0, ticks.at(-1) ?? 1]}
            />
            <YAxis
              type="category"
              dataKey="name"
              width={NAMES}
              axisLine={false}
              tickLine={false}
              tick={{ fill: "var(--ink)", fontSize: 12 }}
            />
            {(["first", "again"] as const).map((pass) => (
              <Bar
                key={pass}
                dataKey={pass}
                fill={pass === "first" ? "var(--length)" : "var(--data)"}
                radius={[0, 4, 4, 0]}
                isAnimationActive={false}
              >
                <LabelList
                  dataKey={pass}
                  position="right"
                  fill="var(--ink)"
                  fontSize={11}
                  formatter={(value) => label(Number(value))}
                />
              </Bar>
            ))}
          </BarChart>
        )}
      </div>
    </div>
  );
}

/** Bytes of the largest unit that sizes of so many bytes are told in. */
function unitBelow(bytes: number): number {
  const { step } = sizeUnits();
  return step ** Math.floor(Math.log(bytes) / Math.log(step));
}

/** What a bar is as long as; 0 for a pass that read nothing. */
function rateOf(pattern: SpeedPattern, pass: SpeedFigure["result"]["first"]): number {
  const bytes = throughputOf(pass);
  if (bytes === undefined) return 0;
  return Math.round(pattern === "sequential" ? bytes : pass.requests / pass.seconds);
}
