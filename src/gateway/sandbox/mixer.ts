/**
 * Gives names in proportion to their weights, spread evenly: `{a: 2, b: 1}` is a, b, a, and again.
 *
 * @param weights at least one, all above 0
 */
export function createMixer(weights: Record<string, number>): () => string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const credit = new Map(Object.keys(weights).map((name) => [name, 0]));
  return () => {
    let [richest, most] = ['', Number.NEGATIVE_INFINITY];
    for (const [name, weight] of Object.entries(weights)) {
      const now = credit.get(name)! + weight;
      credit.set(name, now);
      if (now > most) [richest, most] = [name, now];
    }
    credit.set(richest, most - total);
    return richest;
  };
}
