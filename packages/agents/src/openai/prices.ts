/** US dollars for a million tokens. */
export type Price = { input: number; cachedInput: number; output: number };

/** List prices by the beginning of a model's id. An installation can hand in its own. */
export const LIST_PRICES: Record<string, Price> = {
  "gpt-5.2": { input: 1.75, cachedInput: 0.175, output: 14 },
  "gpt-5.1": { input: 1.25, cachedInput: 0.125, output: 10 },
  "gpt-5-pro": { input: 15, cachedInput: 15, output: 120 },
  "gpt-5-mini": { input: 0.25, cachedInput: 0.025, output: 2 },
  "gpt-5-nano": { input: 0.05, cachedInput: 0.005, output: 0.4 },
  "gpt-5": { input: 1.25, cachedInput: 0.125, output: 10 },
  "gpt-4.1-mini": { input: 0.4, cachedInput: 0.1, output: 1.6 },
  "gpt-4.1-nano": { input: 0.1, cachedInput: 0.025, output: 0.4 },
  "gpt-4.1": { input: 2, cachedInput: 0.5, output: 8 },
  "gpt-4o-mini": { input: 0.15, cachedInput: 0.075, output: 0.6 },
  "gpt-4o": { input: 2.5, cachedInput: 1.25, output: 10 },
  "o3-mini": { input: 1.1, cachedInput: 0.55, output: 4.4 },
  o3: { input: 2, cachedInput: 0.5, output: 8 },
  "o4-mini": { input: 1.1, cachedInput: 0.275, output: 4.4 },
};

const PER_TOKEN = 1e-6;

/**
 * The price of a model: the longest entry that its id begins with, followed by nothing or a dash. `gpt-5.9` is no
 * `gpt-5`, and a wrong price would be worse than none.
 */
export function priceOf(model: string, prices: Record<string, Price>): Price | null {
  const fits = Object.keys(prices).filter((prefix) => model === prefix || model.startsWith(`${prefix}-`));
  const longest = fits.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? null : (prices[longest] ?? null);
}

/** What a call cost; cached tokens are part of the input tokens. */
export function costOf(price: Price, tokens: { input: number; cached: number; output: number }): number {
  const fresh = Math.max(0, tokens.input - tokens.cached);
  return (fresh * price.input + tokens.cached * price.cachedInput + tokens.output * price.output) * PER_TOKEN;
}
