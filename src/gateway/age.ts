/** How old something is, in milliseconds; of what a clock that was set back says is yet to come, it is too old for anything. */
export function ageOf(at: number, now = Date.now()): number {
  return at > now ? Number.POSITIVE_INFINITY : now - at;
}
