import { useInfiniteQuery } from "@tanstack/react-query";
import { SearchX, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/api/types";
import { Avatar } from "@/components/Avatar";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { SearchBox } from "@/components/SearchBox";
import { STAGE_COLOUR } from "@/components/Stage";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { NewFollower } from "./NewFollower";
import { followersQuery } from "./queries";

type Props = {
  chosen: string | undefined;
  onChoose: (followerId: string, name?: string) => void;
  className?: string;
};

/** Whose telephone shall it be? */
export function FollowerList({ chosen, onChoose, className }: Props) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const followers = useInfiniteQuery(followersQuery(useCreator(), q));
  return (
    <section aria-label={t("simulator.followers")} className={cn("flex min-h-0 flex-col gap-3", className)}>
      <NewFollower onMade={onChoose} />
      <SearchBox label={t("simulator.search")} value={q} onSearch={setQ} />
      <div className="scroll-thin -mx-1 min-h-0 flex-1 overflow-y-auto px-1">
        {followers.isPending && (
          <div role="status" aria-label={t("common.loading")} className="flex flex-col gap-2">
            {[0, 1, 2, 3, 4].map((row) => (
              <Skeleton key={row} className="h-13 rounded-xl" />
            ))}
          </div>
        )}
        {followers.isError && !followers.data && (
          <ErrorNote error={followers.error} retry={followers.refetch} />
        )}
        {followers.data?.length === 0 && (
          <Empty icon={q ? SearchX : Smartphone} title={t(q ? "simulator.nobody_found" : "simulator.nobody")}>
            {t(q ? "simulator.nobody_found_hint" : "simulator.nobody_hint")}
          </Empty>
        )}
        <ul className="flex flex-col gap-0.5">
          {followers.data?.map((follower) => (
            <li key={follower.id}>
              <FollowerRow
                follower={follower}
                chosen={follower.follower_id === chosen}
                onChoose={() => onChoose(follower.follower_id)}
              />
            </li>
          ))}
        </ul>
        {followers.hasNextPage && (
          <Button
            variant="ghost"
            className="mt-1 w-full"
            disabled={followers.isFetchingNextPage}
            onClick={() => void followers.fetchNextPage()}
          >
            {t("common.more")}
          </Button>
        )}
      </div>
    </section>
  );
}

type RowProps = { follower: Conversation; chosen: boolean; onChoose: () => void };

function FollowerRow({ follower, chosen, onChoose }: RowProps) {
  const { t } = useTranslation();
  const name = nameOf(follower) ?? t("lead.nameless");
  return (
    <button
      type="button"
      aria-current={chosen}
      onClick={onChoose}
      className={cn(
        "hover:bg-muted flex w-full items-center gap-3 rounded-xl px-2 py-2 text-left",
        chosen && "bg-primary-soft hover:bg-primary-soft",
      )}
    >
      <Avatar name={name} platform={follower.platform} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="truncate text-sm font-medium">{name}</span>
          <span
            title={t(`stage.${follower.lead_status}`)}
            className={cn("size-1.5 shrink-0 rounded-full", STAGE_COLOUR[follower.lead_status])}
          />
        </span>
        <span className="text-muted-foreground block truncate text-xs">
          {follower.last_messages.at(-1)?.content ?? t("lead.no_message")}
        </span>
      </span>
    </button>
  );
}
