let held: string | null = null;

/**
 * Takes the secret of a log-in link (`#link=…`) out of the address, so that it stays in no history and no
 * screenshot. Says whether there was one.
 */
export function takeLink(): boolean {
  const found = /^#link=(.+)$/.exec(window.location.hash)?.[1];
  if (!found) return false;
  held = decodeURIComponent(found);
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return true;
}

/** The link that was taken and not redeemed yet. */
export function heldLink(): string | null {
  return held;
}

export function forgetLink(): void {
  held = null;
}
