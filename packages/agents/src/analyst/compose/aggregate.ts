import type { Aggregate } from "../understand/understanding.ts";

/** Means and the like are rounded to what reports need; counts, sums and extremes stand as they are. */
export function aggregateSql(fn: Aggregate, expression: string): string {
  switch (fn) {
    case "mean":
      return `round(avg(${expression}), 4)`;
    case "median":
      return `round(median(${expression}), 4)`;
    case "stddev":
      return `round(stddev_samp(${expression}), 4)`;
    case "q1":
      return `round(quantile_cont(${expression}, 0.25), 4)`;
    case "q3":
      return `round(quantile_cont(${expression}, 0.75), 4)`;
    default:
      return `${fn}(${expression})`;
  }
}
