import { ageOf } from './age';

/** A part of something that is put together from many, as it was read last. */
export interface Latest<T> {
  value: T;
  /** false: it could not be read just now, and the value is that of the last reading, or none */
  isCurrent: boolean;
}

/**
 * Reads a part when somebody asks for it, at most every so often and once at a time. Where that fails, or takes too long,
 * the last value stays; a reading that takes long is not begun again beside itself, and counts when it is through.
 *
 * @param p.empty      the value before the first reading
 * @param p.everyMs    milliseconds for which a reading is current
 * @param p.patienceMs milliseconds that whoever asks waits for a reading
 * @param p.onFailure  told of the first failure after a reading that went well
 */
export function createPart<T>(p: {
  read(): Promise<T>;
  empty: T;
  everyMs: number;
  patienceMs: number;
  onFailure(error: unknown): void;
}): () => Promise<Latest<T>> {
  let value = p.empty;
  let readAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let reading: Promise<void> | undefined;

  async function readOnce(): Promise<void> {
    const begunAt = Date.now();
    try {
      value = await p.read();
      readAt = begunAt;
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) p.onFailure(error);
      hasFailed = true;
      readAt = Number.NEGATIVE_INFINITY;
    } finally {
      reading = undefined;
    }
  }

  return async () => {
    const isDue = ageOf(readAt) >= p.everyMs;
    const isThrough = isDue ? await within(p.patienceMs, (reading ??= readOnce())) : true;
    return { value, isCurrent: isThrough && !hasFailed };
  };
}

/** True when it is done in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
