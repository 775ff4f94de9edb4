/** Begins the part of an address that names a template. */
export const TEMPLATE_HASH = "#template-";

const TEMPLATES = ["meeting", "plan", "decision"] as const;
export type Template = (typeof TEMPLATES)[number];

/** What a document can begin with; their words are with all others. */
export const templates: readonly Template[] = TEMPLATES;

export function isTemplate(id: string): id is Template {
  return TEMPLATES.some((template) => template === id);
}
