/** Sizes that people set: a number with a unit, exact both ways. */

const UNITS: readonly [string, number][] = [
  ["TB", 1e12],
  ["GiB", 2 ** 30],
  ["GB", 1e9],
  ["MiB", 2 ** 20],
  ["MB", 1e6],
  ["KiB", 2 ** 10],
  ["kB", 1e3],
  ["B", 1],
];

export const unitNames: readonly string[] = UNITS.map(([name]) => name).reverse();

export function unitSize(unit: string): number {
  return UNITS.find(([name]) => name === unit)?.[1] ?? 1;
}

/** The largest unit in which the value has at most two digits after the point. */
export function splitSize(value: number): { amount: number; unit: string } {
  if (!value) return { amount: 0, unit: "MB" };
  for (const [unit, size] of UNITS) {
    const amount = value / size;
    if (Math.abs(amount) >= 1 && Math.abs(amount * 100 - Math.round(amount * 100)) < 1e-9) {
      return { amount: Math.round(amount * 100) / 100, unit };
    }
  }
  return { amount: value, unit: "B" };
}

export function joinSize(amount: number, unit: string): number {
  return Math.round(amount * unitSize(unit));
}
