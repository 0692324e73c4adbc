import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Platform } from "@/api/types";
import { handleOf, nameOf } from "@/lib/people";
import { useFormat } from "@/lib/time";
import { Avatar } from "./Avatar";

type Person = {
  lead_id: string;
  follower_id: string;
  name: string | null;
  username: string | null;
  platform: Platform;
};

/** Who waits, on which channel and since when; the name leads to their lead. */
export function WaitingPerson({ person, since, now }: { person: Person; since: string; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = nameOf(person) ?? t("lead.nameless");
  const handle = handleOf(person);
  return (
    <header className="flex items-center gap-3">
      <Avatar name={name} platform={person.platform} />
      <div className="min-w-0">
        <h3 className="truncate text-sm font-semibold">
          <Link to="/leads" search={{ lead: person.lead_id }} className="hover:underline">
            {name}
          </Link>
        </h3>
        <p className="text-muted-foreground truncate text-xs">
          {t(`platform.${person.platform}`)}
          {handle && handle !== name && ` · ${handle}`}
        </p>
      </div>
      <time
        dateTime={since}
        title={format.dateTime(since)}
        className="text-muted-foreground ml-auto shrink-0 self-start text-xs"
      >
        {format.distance(since, now)}
      </time>
    </header>
  );
}
