/**
 * Before `card` goes, takes the focus from it to its neighbour in the list, else to the list itself.
 * Somebody who is busy elsewhere by then stays there.
 */
export function passFocusOn(card: HTMLElement | null): void {
  const list = card?.closest<HTMLElement>("[data-waiting-list]");
  const focused = document.activeElement;
  if (!card || !list || !(card.contains(focused) || focused === document.body)) return;
  const cards = [...list.querySelectorAll<HTMLElement>("[data-waiting]")];
  const at = cards.indexOf(card);
  (cards[at + 1] ?? cards[at - 1] ?? list).focus();
}
