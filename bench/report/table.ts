import { BEST_PEER, type Figure, type Target } from "../scenarios/scenario.js";
import { type Result, type Runs, summaryOf, type Verdict, verdict, voidsOf } from "./result.js";

/** Results as Markdown: a row for each figure, a column for each contender. */
export function table(results: readonly Result[]): string {
  const names = [
    ...new Set(results.flatMap(({ runs }) => runs.map(({ contender }) => contender.name))),
  ];
  const head = ["scenario", "figure", ...names, "target", "measured", ""];
  const rows = results.flatMap((result) => rowsOf(result, names));
  const notes = results.flatMap(notesOf);
  return [pipes(head), pipes(head.map(() => "---")), ...rows.map(pipes), "", ...notes].join("\n");
}

const pipes = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function rowsOf(result: Result, names: readonly string[]): string[][] {
  return result.scenario.figures
    .filter(({ against }) => against === undefined)
    .map((figure, nth) => {
      const found = verdict(result, figure);
      return [
        nth === 0 ? result.scenario.title : "",
        `${figure.label}${figure.unit === "" ? "" : `, ${figure.unit}`}`,
        ...names.map((name) =>
          cell(
            result.runs.find(({ contender }) => contender.name === name),
            figure,
          ),
        ),
        found === null ? "" : wanted(found.target, figure),
        found === null ? "" : measured(found),
        found === null ? "" : mark(found),
      ];
    });
}

function cell(runs: Runs | undefined, figure: Figure): string {
  if (runs === undefined) return "";
  const summary = summaryOf(runs, figure);
  if (summary === null) return "void";
  const { median, min, max, values } = summary;
  const text = median.toFixed(figure.digits);
  if (values.length < 2) return text;
  return `${text} (${min.toFixed(figure.digits)}–${max.toFixed(figure.digits)})`;
}

function wanted(target: Target, { unit }: Figure): string {
  switch (target.kind) {
    case "ratio":
      return `≤ ${Number(target.atMost.toFixed(2))} × ${target.to === BEST_PEER ? "best peer" : target.to}`;
    case "above":
      return `≤ ${target.to} + ${target.atMost} ${unit}`;
    case "absolute":
      return `≤ ${target.atMost} ${unit}`;
  }
}

const measured = ({ measured }: Verdict): string => (measured === null ? "–" : measured.toFixed(2));

function mark({ reached }: Verdict): string {
  return reached === null ? "void" : reached ? "reached" : "MISSED";
}

function notesOf(result: Result): string[] {
  return result.runs.flatMap((runs) =>
    voidsOf(runs).map((why) => `void: ${result.scenario.name}, ${runs.contender.name}: ${why}`),
  );
}
