/** "1 Spruce/Fir": the value of a class and what people call it; without a name the value alone. */
export function nameClass(value: string, classNames: Readonly<Record<string, string>>): string {
  return Object.hasOwn(classNames, value) ? `${value} ${classNames[value]}` : value;
}
