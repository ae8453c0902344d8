/**
 * A topic that is made again, an older copy that is put back, and another topic begin a new _life_: their offsets mean
 * other messages. So the tables number the partitions of the n-th life from n x 10,000 on; the first life is 0.
 * Partitions from 1,000,000,000 on belong to archives. See docs/decisions/0029.
 */

/** Partitions that a life may have. */
export const LIFE = 10_000;

/** The life of a partition, as the tables number it. */
export const lifeOf = (partition: number): number => Math.floor(partition / LIFE);

/** A partition as the topic numbers it. */
export const ownPartition = (partition: number): number => partition % LIFE;
