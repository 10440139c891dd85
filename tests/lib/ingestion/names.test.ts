import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readVegetables } from '../../../lib/data/vegetables.ts';
import { createNameResolver, toLetters } from '../../../lib/ingestion/names.ts';

const vegetables = readVegetables(
  new URL('../../../data/vegetables.yaml', import.meta.url).pathname,
);
const resolveName = createNameResolver(vegetables);
const test = suite('names of vegetables');

/** Every spelling in the weekly sales of 2020 to 2023. */
const RECEIVED: Readonly<Record<string, string[]>> = {
  'brussels sprout': ['Brusel Sprout', 'Brussel Sprout', 'Brussell Sprout', 'Brusselsprout'],
  pear: ['Pear', 'Peer', 'Pera', 'Poire'],
  tomato: ['Tomate', 'Tomato', 'Tomatto', 'tomaot', 'tomato'],
};

const WRITTEN: Readonly<Record<string, string[]>> = {
  aubergine: ['Aubergines', 'eggplant', 'egplant', 'berenjenas', 'aubegine'],
  beetroot: ['beets', 'betterave', 'remolachas', 'beatroot'],
  'bell pepper': ['poivron', 'poivrons', 'pimiento', 'peper', 'PEPPERS'],
  broccoli: ['brocoli', 'brócoli', 'brocolli', 'brocoly'],
  carrot: ['carotte', 'zanahorias', 'zanaoria', 'Carot', 'carrto', 'CAROTTES'],
  cauliflower: ['chou-fleur', 'Chou fleur', 'CHOUX-FLEURS', 'coliflor', 'califlower'],
  garlic: ['ail', 'ajo', 'garlick'],
  leek: ['poireaux', 'puerro', 'leak'],
  lettuce: ['laitue', 'lechuga', 'lettus'],
  mushroom: ['champiñones', 'champinon', 'champignons de Paris', 'mushrom'],
  onion: ['oignon', 'ognons', 'cebollas', 'onoin', 'oinon', 'Red onions'],
  potato: ['pomme de terre', 'pommes  de terre', 'patatas', 'papa', 'potatos', 'potaot'],
  spinach: ['épinard', 'EPINARDS', 'espinacas', 'spinnach'],
};

const UNKNOWN = [
  '',
  '???',
  '番茄',
  'xyz',
  'cat',
  'bread',
  'chair',
  'vegetable',
  'organic tomato',
  'poirot',
];

for (const [vegetable, names] of Object.entries(RECEIVED)) {
  test(`every spelling of ${vegetable} that was received is told`, () => {
    for (const name of names) assert.is(resolveName(name).vegetable, vegetable, name);
  });
}

for (const [vegetable, names] of Object.entries(WRITTEN)) {
  test(`${vegetable} is told in three languages, singular and plural, with slips of the keyboard`, () => {
    for (const name of names) assert.is(resolveName(name).vegetable, vegetable, name);
  });
}

test('what is no vegetable, or two at once, is not told', () => {
  for (const name of UNKNOWN) {
    assert.equal(resolveName(name), { vegetable: null, match: 'none' }, name);
  }
});

test('a name says whether it was in the dictionary or near to it', () => {
  assert.is(resolveName('Tomate').match, 'dictionary');
  assert.is(resolveName('Tomatto').match, 'spelling');
});

test('a name as near to one vegetable as to another is not told', () => {
  const resolve = createNameResolver({ bold: ['bold'], cold: ['cold'], bolt: ['bolt'] });
  assert.is(resolve('bols').vegetable, null, 'one letter from bold and from bolt');
  assert.is(resolve('cols').vegetable, 'cold', 'two letters from the others');
});

test('short names have less room for slips than long ones', () => {
  const resolve = createNameResolver({
    fig: ['fig'],
    leek: ['leek'],
    carrot: ['carrot'],
    celeriac: ['celeryroots'],
  });
  assert.is(resolve('fog').vegetable, null);
  assert.is(resolve('leak').vegetable, 'leek');
  assert.is(resolve('laak').vegetable, null);
  assert.is(resolve('carrat').vegetable, 'carrot');
  assert.is(resolve('corrat').vegetable, 'carrot');
  assert.is(resolve('corrad').vegetable, null);
  assert.is(resolve('celriroats').vegetable, 'celeriac', 'one letter missing, two others');
  assert.is(resolve('celriruats').vegetable, null);
});

test('a wrong first letter counts twice', () => {
  const resolve = createNameResolver({ leek: ['leek'], carrot: ['carrot'] });
  assert.is(resolve('week').vegetable, null);
  assert.is(resolve('parrot').vegetable, 'carrot');
  assert.is(resolve('parrod').vegetable, null);
});

test('the dictionary holds more than 60 vegetables, and each of their spellings is told as it stands', () => {
  assert.ok(Object.keys(vegetables).length >= 60);
  for (const [vegetable, names] of Object.entries(vegetables)) {
    for (const name of names) {
      assert.equal(resolveName(name), { vegetable, match: 'dictionary' }, name);
    }
  }
});

test('case, accents, hyphens and spaces make no difference', () => {
  const names = Object.values(vegetables).flat();
  const spell = fc.constantFrom<(name: string) => string>(
    (name) => name.toUpperCase(),
    (name) => ` ${name}\t`,
    (name) => name.replaceAll(' ', '-'),
    (name) => name.normalize('NFD'),
    (name) => name.normalize('NFD').replace(/\p{M}/gu, ''),
  );
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(spell, { maxLength: 3 }), (name, spells) => {
      const written = spells.reduce((text, change) => change(text), name);
      assert.equal(resolveName(written), resolveName(name), written);
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** Each spelling compared with the name, by the rule as it is told. */
function resolveByAll(written: string): string | null {
  const letters = toLetters(written);
  const limit = [0, 0, 0, 0, 1, 1, 2, 2, 2][letters.length] ?? 3;
  const ranked = Object.entries(vegetables)
    .map(([vegetable, names]) => {
      const differences = names.map(toLetters).map((name) => {
        if (name === letters) return -1;
        const swapped = Array.from(letters, (_, i) => letters.slice(0, i) + (letters[i + 1] ?? '') + letters[i] + letters.slice(i + 2)); // prettier-ignore
        if (swapped.includes(name)) return 1;
        return distance(letters, name) + (letters[0] === name[0] ? 0 : 1);
      });
      return { vegetable, least: Math.min(...differences) };
    })
    .filter(({ least }) => least <= limit)
    .toSorted((a, b) => a.least - b.least);
  return ranked.length === 0 || ranked[0].least === ranked[1]?.least ? null : ranked[0].vegetable;
}

test('property: is told as if each spelling were compared', () => {
  const name = fc.constantFrom(...Object.values(vegetables).flat());
  const letter = fc.constantFrom(...'aeiorntslcpé ');
  const slip = fc.tuple(fc.nat(12), fc.constantFrom('drop', 'add', 'change', 'swap'), letter);
  const slips = fc.array(slip, { maxLength: 4 });
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(name, slips, (right, wrongs) => {
      const written = wrongs.reduce((text, [at, kind, other]) => {
        const [head, a, b, tail] = [text.slice(0, at), text[at] ?? '', text[at + 1] ?? '', text.slice(at + 2)]; // prettier-ignore
        return head + { drop: b, add: other + a + b, change: other + b, swap: b + a }[kind] + tail;
      }, right);
      const expected = resolveByAll(written);
      seen.add(expected === null);
      assert.is(resolveName(written).vegetable, expected, written);
    }),
    { seed: 2, numRuns: 600 },
  );
  assert.is(seen.size, 2);
});

test('a spelling of two vegetables and an entry of another shape are refused by their lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
  const file = join(folder, 'vegetables.yaml');
  const refuse = (text: string): string => {
    writeFileSync(file, text);
    try {
      readVegetables(file);
    } catch (error) {
      return (error as Error).message.replaceAll(folder, '');
    }
    return 'nothing';
  };
  try {
    assert.is(
      refuse('leek: { fr: [poireau] }\npear: { fr: [Poireau, poire] }\n'),
      '/vegetables.yaml:2 pear has "Poireau", which is a name of leek',
    );
    assert.is(
      refuse('leek: { fr: [] }\npear: poire\n'),
      '/vegetables.yaml:1 leek.fr must be a list that is not empty; got []\n' +
        '  /vegetables.yaml:2 pear must be a map; got "poire"',
    );
    rmSync(file);
    assert.throws(() => readVegetables(file), 'must exist; got no such file');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
