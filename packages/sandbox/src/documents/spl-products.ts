import { textOf } from "./markup-text.ts";
import { childNamed, childrenNamed, descendantsNamed, type MarkupElement } from "./markup-tree.ts";

/** The products of a label in words: name, form, ingredients with strengths, packages, approval. */
export function productTexts(section: MarkupElement): string[] {
  return childrenNamed(section, "subject").flatMap((subject) => {
    const outer = childNamed(subject, "manufacturedProduct");
    const product = childNamed(outer, "manufacturedProduct") ?? childNamed(outer, "manufacturedMedicine");
    return outer && product ? [productText(product, outer)] : [];
  });
}

function productText(product: MarkupElement, outer: MarkupElement): string {
  const ingredients = childrenNamed(product, "ingredient");
  const active = ingredients.filter(({ attributes }) => attributes.classCode?.startsWith("ACT"));
  const inactive = ingredients.filter(({ attributes }) => attributes.classCode === "IACT");
  const generic = textOf(childNamed(product, "asEntityWithGeneric", "genericMedicine", "name"));
  const code = childNamed(product, "code")?.attributes.code;
  const lines = [
    `${textOf(childNamed(product, "name"))}${generic ? ` (${generic})` : ""}, ${display(product, "formCode")}${code ? `, NDC ${code}` : ""}`,
    list("Active ingredients", active.map(ingredientText)),
    list("Inactive ingredients", inactive.map(ingredientText)),
    list("Packages", [...descendantsNamed(product, "asContent")].map(packageText)),
    list(
      "Route",
      [...descendantsNamed(outer, "routeCode")].map(({ attributes }) => attributes.displayName ?? ""),
    ),
    list("Approval", [...descendantsNamed(outer, "approval")].map(approvalText)),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function ingredientText(ingredient: MarkupElement): string {
  const substance =
    childNamed(ingredient, "ingredientSubstance") ?? childNamed(ingredient, "activeIngredientSubstance");
  const numerator = childNamed(ingredient, "quantity", "numerator")?.attributes;
  const denominator = childNamed(ingredient, "quantity", "denominator")?.attributes;
  const per = denominator && denominator.unit !== "1" ? ` per ${denominator.value} ${denominator.unit}` : "";
  return `${textOf(childNamed(substance, "name"))}${numerator ? ` ${numerator.value} ${numerator.unit}${per}` : ""}`;
}

function packageText(content: MarkupElement): string {
  const count = childNamed(content, "quantity", "numerator")?.attributes.value;
  const container = childNamed(content, "containerPackagedProduct") ?? childNamed(content, "containerPackagedMedicine");
  const code = childNamed(container, "code")?.attributes.code;
  const form = container ? display(container, "formCode") : "";
  return `${form}${count ? ` of ${count}` : ""}${code ? ` (NDC ${code})` : ""}`;
}

function approvalText(approval: MarkupElement): string {
  return `${display(approval, "code")} ${childNamed(approval, "id")?.attributes.extension ?? ""}`.trim();
}

function display(element: MarkupElement, child: string): string {
  return childNamed(element, child)?.attributes.displayName ?? "";
}

function list(name: string, items: string[]): string {
  const shown = [...new Set(items)].filter((item) => item !== "");
  return shown.length === 0 ? "" : `${name}: ${shown.join(", ")}`;
}
