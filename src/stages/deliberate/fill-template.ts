/** `{{name}}` -> its value, each once over: what a value holds is never read as a template. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{([a-z_]+)\}\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the prompt names {{${name}}}, which nobody fills`);
    return value;
  });
}
