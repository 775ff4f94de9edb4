import type { Contender } from "../contenders/contender.js";
import type { Figure } from "../scenarios/scenario.js";
import { type Result, summaryOf } from "./result.js";

const COLOURS: Readonly<Record<Contender["kind"], string>> = {
  floor: "#b8b8b8",
  peer: "#6b7a8f",
  homeroom: "#c2410c",
};
const WIDTH = 720;
const LEFT = 160;
const RIGHT = 90;
const BAR = 26;
const HEAD = 44;
const style = 'font-family="system-ui, sans-serif" font-size="13" fill="#333"';

/** All figures of a scenario, a bar for each contender, with the spread of its repetitions. */
export function barChart(result: Result): string {
  const figures = result.scenario.figures.filter(({ against }) => against === undefined);
  const parts: string[] = [];
  let y = HEAD;
  for (const figure of figures) {
    parts.push(text(LEFT, y + 14, `${figure.label}, ${figure.unit}`, "bold"));
    y += 24;
    parts.push(...bars(result, figure, y));
    y += result.runs.length * BAR + 14;
  }
  return svg(y, result.scenario.title, parts);
}

function bars(result: Result, figure: Figure, top: number): string[] {
  const summaries = result.runs.map((runs) => summaryOf(runs, figure));
  const most = Math.max(...summaries.map((summary) => summary?.max ?? 0), Number.MIN_VALUE);
  const scale = (value: number): number => (value / most) * (WIDTH - LEFT - RIGHT);
  return result.runs.flatMap(({ contender }, nth) => {
    const y = top + nth * BAR;
    const summary = summaries[nth] ?? null;
    const name = text(LEFT - 8, y + 15, contender.name, "normal", "end");
    if (summary === null) return [name, text(LEFT, y + 15, "void")];
    const { median, min, max } = summary;
    const middle = y + BAR / 2 - 2;
    return [
      name,
      `<rect x="${LEFT}" y="${y + 2}" width="${px(scale(median))}" height="${BAR - 8}" fill="${COLOURS[contender.kind]}"/>`,
      `<line x1="${px(LEFT + scale(min))}" x2="${px(LEFT + scale(max))}" y1="${middle}" y2="${middle}" stroke="#111"/>`,
      text(LEFT + scale(max) + 6, y + 15, median.toFixed(figure.digits)),
    ];
  });
}

const PLOT = 260;
const MOST_LABELS = 12;

const ends = <T>(all: readonly T[]): readonly T[] => [...all.slice(0, 1), ...all.slice(-1)];

/** A figure as a curve for each contender, both axes logarithmic. */
export function curveChart(result: Result, figure: Figure): string {
  const curves = result.runs.map(({ contender, outcomes }) => ({
    contender,
    points: outcomes[0]?.curves?.[figure.key] ?? [],
  }));
  const all = curves.flatMap(({ points }) => points);
  const x = axis(
    all.map(([at]) => at),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = axis(
    all.map(([, value]) => value),
    HEAD + PLOT,
    HEAD + 20,
  );
  const parts = [
    text(LEFT, HEAD + 4, `${figure.label}, ${figure.unit}, by ${figure.against}`, "bold"),
  ];
  for (const { contender, points } of curves) {
    const colour = COLOURS[contender.kind];
    const line = points.map(([at, value]) => `${px(x(at))},${px(y(value))}`).join(" ");
    parts.push(`<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    // More than these would be written over each other.
    for (const [at, value] of points.length > MOST_LABELS ? ends(points) : points) {
      parts.push(`<circle cx="${px(x(at))}" cy="${px(y(value))}" r="3" fill="${colour}"/>`);
      parts.push(text(x(at), y(value) - 8, value.toFixed(figure.digits), "normal", "middle"));
      parts.push(text(x(at), HEAD + PLOT + 24, String(at), "normal", "middle"));
    }
    const [last] = points.slice(-1);
    if (last) parts.push(text(x(last[0]) + 10, y(last[1]) + 4, contender.name));
  }
  return svg(HEAD + PLOT + 40, result.scenario.title, parts);
}

function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  const logs = values.filter((value) => value > 0).map(Math.log);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const span = most - least || 1;
  return (value) => from + ((Math.log(Math.max(value, 1e-9)) - least) / span) * (to - from);
}

const px = (value: number): string => value.toFixed(1);

function text(x: number, y: number, words: string, weight = "normal", anchor = "start"): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${px(x)}" y="${px(y)}" ${style} font-weight="${weight}" text-anchor="${anchor}">${escaped}</text>`;
}

function svg(height: number, title: string, parts: readonly string[]): string {
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(16, 24, title, "bold"),
    ...parts,
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}
