import { suite } from 'uvu';
import * as assert from 'uvu/assert';

interface Moved {
  readonly text: string;
  readonly window: Readonly<Record<string, number>>;
}
const { moveWindow } = (await import(
  new URL('../../setup/restaurant-window.mjs', import.meta.url).href
)) as { moveWindow: (text: string, nextWeek: number) => Promise<Moved> };

const PARAMS = `# weeks
tracking: { uri: null } # 201
window:   # all three
  next_week: 201 # the one to come
  start_week:  180
  end_week: 200
train: { n_models: 200 }
`;

const complaint = (text: string, nextWeek: number): Promise<string> =>
  moveWindow(text, nextWeek).then(
    () => 'none',
    ({ message }: Error) => message,
  );

const test = suite('setup/restaurant-window.mjs');

test('moves the three weeks along, and leaves every other letter', async () => {
  const { text, window } = await moveWindow(PARAMS, 1202);
  assert.equal(window, { start_week: 1181, end_week: 1201, next_week: 1202 });
  const expected = PARAMS.replace('next_week: 201', 'next_week: 1202')
    .replace('start_week:  180', 'start_week:  1181')
    .replace('end_week: 200', 'end_week: 1201');
  assert.is(text, expected);
  assert.is((await moveWindow(text, 201)).text, PARAMS);
  assert.is((await moveWindow(PARAMS, 201)).text, PARAMS);
});

test('refuses to begin before week 1, and a file without a window', async () => {
  assert.is(
    await complaint(PARAMS, 21),
    'the window must begin at week 1 or later; got 0 for --next-week 21',
  );
  const missing = 'params.yaml must have the weeks start_week, end_week, next_week of window';
  assert.is(await complaint('train: {}\n', 21), missing);
  assert.is(await complaint('window: { start_week: 1, end_week: a, next_week: 3 }\n', 21), missing);
});

test.run();
