import { INDEX_SHARDS } from '../../domain/ids';

/** The numbers of the partitions that an index on a value shared by many orders is spread over. */
export const SHARDS: readonly number[] = Array.from({ length: INDEX_SHARDS }, (_, shard) => shard);
