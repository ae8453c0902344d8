import { expect, it } from 'vitest';
import { kindDiffers } from '../../src/flight/kind.ts';

it.each([
  [
    true,
    'The lake holds simulated positions and does not accept real ones. Give real ones a lake beside the simulated.',
  ],
  [
    false,
    'The lake holds real positions and does not accept simulated ones. Give simulated ones a lake beside the real.',
  ],
])('names what is held, what came and what to do (held are simulated: %s)', (held, message) => {
  const refused = kindDiffers('The lake', held, (came, own) => `Give ${came} ones a lake beside the ${own}.`);
  expect(refused).toMatchObject({
    kind: 'invalid',
    code: 'lake-kind-differs',
    message,
    facts: { simulated: held },
  });
});
