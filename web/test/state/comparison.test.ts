import { expect, test } from 'vitest';
import { Comparison, MOST_COMPARED } from '../../src/state/comparison.ts';
import { FakeAddress } from '../fake/address.ts';

test('the compared aircraft stand in the address, in their order; what is no address is passed over', () => {
  const comparison = new Comparison(new FakeAddress({ compare: '3C6444,wings,,~00abcd,3c6444' }));
  expect(comparison.value).toEqual(['3c6444', '~00abcd']);
});

test('the first aircraft is compared with the chosen one, and a second toggle gives one up', () => {
  const address = new FakeAddress();
  const comparison = new Comparison(address);
  comparison.toggle('aaaaaa', '3c6444');
  expect([comparison.value, address.get('compare')]).toEqual([['3c6444', 'aaaaaa'], '3c6444,aaaaaa']);
  comparison.toggle('bbbbbb', '3c6444');
  comparison.toggle('3c6444', 'aaaaaa');
  expect(comparison.value).toEqual(['aaaaaa', 'bbbbbb']);
  comparison.clear();
  expect([comparison.value, address.get('compare')]).toEqual([[], null]);
  comparison.toggle('cccccc', 'cccccc');
  expect(comparison.value).toEqual(['cccccc']);
});

test('the first gives way when all places are taken', () => {
  const comparison = new Comparison(new FakeAddress());
  for (let i = 0; i <= MOST_COMPARED; i++) comparison.toggle(`00000${i}`);
  expect([comparison.value.length, comparison.value[0], comparison.has('000000')]).toEqual([
    MOST_COMPARED,
    '000001',
    false,
  ]);
});

test('changes of a comparison are one step of Back', () => {
  const address = new FakeAddress();
  const comparison = new Comparison(address);
  for (const one of ['aaaaaa', 'bbbbbb', 'cccccc']) comparison.toggle(one);
  address.back();
  expect(comparison.value).toEqual([]);
});
