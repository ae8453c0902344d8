import { ContrailError } from '../errors.ts';

/** The kind of positions: of real aircraft, or of simulated ones. */
export type Kind = 'real' | 'simulated';

export const kindName = (isSimulated: boolean): Kind => (isSimulated ? 'simulated' : 'real');

/**
 * A lake, and a topic, holds real or simulated positions, never both.
 * @param where what refuses, as the subject of a sentence: `The lake at …`
 * @param holdsSimulated what it holds; what came is the other kind
 * @param next what to do there, by both kinds
 */
export function kindDiffers(
  where: string,
  holdsSimulated: boolean,
  next: (came: Kind, held: Kind) => string,
): ContrailError {
  const [held, came] = [kindName(holdsSimulated), kindName(!holdsSimulated)];
  return new ContrailError(
    'lake-kind-differs',
    `${where} holds ${held} positions and does not accept ${came} ones. ${next(came, held)}`,
    { facts: { simulated: holdsSimulated } },
  );
}
