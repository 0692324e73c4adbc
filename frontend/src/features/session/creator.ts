import { useCallback, useState } from "react";

const CREATOR_KEY = "clonnect.creator";

/** For which of several creators the screens are shown; what was chosen is remembered in this browser. */
export function useChosenCreator(creators: string[]): [string | undefined, (creator: string) => void] {
  const [chosen, setChosen] = useState(() => localStorage.getItem(CREATOR_KEY));
  const creator = creators.find((name) => name === chosen) ?? creators[0];
  const choose = useCallback((name: string) => {
    localStorage.setItem(CREATOR_KEY, name);
    setChosen(name);
  }, []);
  return [creator, choose];
}
