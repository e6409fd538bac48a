import { assertBelongTogether } from '../../scripts/lib/epoch';

test.each([
  ['nothing yet', { engineHasFile: false, epochs: undefined, tables: '' }],
  ['a clean stop', { engineHasFile: true, epochs: ['B'], tables: 'B' }],
  ['a start that was cut short before it marked the tables', { engineHasFile: true, epochs: ['A', 'B'], tables: 'A' }],
  ['a start that was cut short after it marked the tables', { engineHasFile: true, epochs: ['A', 'B'], tables: 'B' }],
  ['a first start that was cut short', { engineHasFile: true, epochs: ['', 'A'], tables: '' }],
  ['tables that nothing has used', { engineHasFile: false, epochs: undefined, tables: '' }],
])('after %s the two belong together', (_, situation) => {
  expect(() => assertBelongTogether(situation)).not.toThrow();
});

test.each([
  ['the emulator was killed', { engineHasFile: true, epochs: ['B'], tables: 'A' }, /unclean.*older/],
  ['the emulator was killed before it ever saved', { engineHasFile: true, epochs: ['A'], tables: '' }, /older/],
  ['the state was removed', { engineHasFile: true, epochs: undefined, tables: '' }, /older/],
  ["the engine's file was removed", { engineHasFile: false, epochs: ['A'], tables: 'A' }, /file .* is gone/],
])('when %s the reset is named', (_, situation, reason) => {
  expect(() => assertBelongTogether(situation)).toThrow(reason);
  expect(() => assertBelongTogether(situation)).toThrow('`npm run reset`');
});
