/** "1 Spruce/Fir": the value of a class and what people call it; without a name the value alone. */
export function nameClass(value: string, classNames: Readonly<Record<string, string>>): string {
  return Object.hasOwn(classNames, value) ? `${value} ${classNames[value]}` : value;
}

/** Abbreviations that keep their capitals. */
const CAPITALS: Readonly<Record<string, string>> = { f1: 'F1', roc: 'ROC', auc: 'AUC' };

/** "Macro F1" of macro_f1. */
export function nameMetric(metric: string): string {
  const words = metric.split('_').map((word) => CAPITALS[word] ?? word);
  const text = words.join(' ');
  return text[0].toUpperCase() + text.slice(1);
}

/** Columns of numbers, but for the one of this name. */
export const numericBut =
  (text: string) =>
  (label: string): { label: string; isNumeric: boolean } => ({ label, isNumeric: label !== text });
