import { describe, expect, test } from "vitest";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

type Tree = { [key: string]: string | Tree };

/** Every text under its key; the plural forms of a language count as one text. */
function texts(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`.replace(/_(one|many|other)$/, ""), value] as [string, string]]
      : texts(value, `${path}${key}.`),
  );
}

const keys = (tree: Tree) => [...new Set(texts(tree).map(([key]) => key))].toSorted();
const blanks = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].toSorted();

describe.each([
  ["Spanish", es],
  ["Portuguese", pt],
])("%s", (_, translation) => {
  test("says everything that English says, and nothing else", () => {
    expect(keys(translation)).toEqual(keys(en));
  });

  test("leaves no text empty", () => {
    expect(texts(translation).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test("fills the same blanks as English", () => {
    const english = new Map(texts(en));
    for (const [key, text] of texts(translation))
      expect([key, blanks(text)]).toEqual([key, blanks(english.get(key) ?? "")]);
  });
});
