import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createNegationMarker } from '../../../lib/text/negations.ts';
import { applyVectorizer, termNames } from '../../../lib/text/vectorizer.ts';
import { fitVectorizer } from '../../../lib/text/fit-vectorizer.ts';
import { VECTORIZE_SCHEMA } from '../../../lib/text/vectorize-params.ts';
import type { VectorizeParams } from '../../../lib/text/vectorize-params.ts';

const test = suite('negations');
const mark = createNegationMarker(['english', 'french']);

test('mark the words behind them, up to the next mark or contrast', () => {
  assert.is(mark('not a good film, but funny'), 'not not_a not_good not_film, but funny');
  assert.is(mark("i don't like it. great"), "i don't not_like not_it. great");
  assert.is(mark('i did not like it but her'), 'i did not not_like not_it but her');
  assert.is(
    mark("je n'ai pas aimé l'histoire, mais bon"),
    "je n'ai pas not_aimé not_l'not_histoire, mais bon",
  );
});

test('take each other away, and leave the words as they were', () => {
  assert.is(
    mark('there is nothing here that i would not recommend.'),
    'there is  here that i would  recommend.',
  );
  assert.is(mark('on ne peut pas ne pas rire'), 'on ne peut  ne  rire');
  // the third one holds again
  assert.is(mark('never not never dull'), '  never not_dull');
});

test('go on over neither and nor, ni and ni', () => {
  assert.is(mark('neither fresh nor tasty'), 'neither not_fresh nor not_tasty');
  assert.is(mark('ni drôle ni beau'), 'ni not_drôle ni not_beau');
});

test('are those of the languages that were asked for', () => {
  assert.is(createNegationMarker(['english'])('pas bon, not good'), 'pas bon, not not_good');
  assert.is(createNegationMarker(['french'])('pas bon, not good'), 'pas not_bon, not good');
});

test('property: marks taken off, a text without double negations is what it was', () => {
  const words = fc.constantFrom('good', 'film', 'not', 'rien', ',', '.', 'l’été', '😀', 'ni');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      const text = parts.join(' ');
      const nNegators = text.split(/[,.]/).map((part) => part.match(/not|rien|ni/g)?.length ?? 0);
      fc.pre(Math.max(0, ...nNegators) < 2);
      assert.is(mark(text).replaceAll('not_', ''), text);
    }),
    { seed: 7 },
  );
});

test('of a long text take time in proportion to its length', () => {
  // each half of the negations undoes the other; a second pass over all that came before would take minutes
  const text = 'not so '.repeat(200_000);
  assert.is(mark(text).length, text.length - 200_000 * 'not'.length);
});

test('give the vectorizer words of their own, and stay in its file', () => {
  const defaults = Object.fromEntries(
    Object.entries(VECTORIZE_SCHEMA).map(([key, node]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      node.default,
    ]),
  ) as unknown as VectorizeParams;
  const options: VectorizeParams = { ...defaults, negations: ['english'] };
  const vectorizer = fitVectorizer(['good', 'not good', 'bad'], options, 'texts');
  assert.equal(termNames(vectorizer), ['bad', 'good', 'not', 'not_good']);
  const stored = JSON.parse(JSON.stringify(vectorizer)) as typeof vectorizer;
  const { indices } = applyVectorizer(stored, ['Not good']);
  assert.equal([...indices], [2, 3]);
});

test.run();
