import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, MessageCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followerQuery, keysOfPeople, messagesQuery } from "@/api/queries";
import type { Message } from "@/api/types";
import { Avatar } from "@/components/Avatar";
import { Composer } from "@/components/Composer";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { Thread } from "@/components/Thread";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { useNow } from "@/lib/time";
import { channelOf } from "./newFollower";
import { writeAs } from "./queries";

type Props = {
  followerId: string;
  /** What somebody is called who has not written yet. */
  newName: string | undefined;
  onBack: () => void;
  className?: string;
};

/** The follower's own telephone: what they write is on the right, what the creator's bot answers on the left. */
export function Phone({ followerId, newName, onBack, className }: Props) {
  const { t } = useTranslation();
  const creator = useCreator();
  const client = useQueryClient();
  const now = useNow();
  const follower = useQuery(followerQuery(creator, followerId));
  const thread = useInfiniteQuery(messagesQuery(creator, followerId));
  const sending = useMutation({
    mutationFn: (text: string) =>
      writeAs(creator, { follower_id: followerId, text, ...(newName !== undefined && { name: newName }) }),
    onSuccess: () =>
      Promise.all(keysOfPeople(creator).map((queryKey) => client.invalidateQueries({ queryKey }))),
  });

  const name = (follower.data && nameOf(follower.data)) ?? newName ?? t("lead.nameless");
  const channel = channelOf(followerId);
  // What reached Clonnect was delivered, as seen from the phone that wrote it.
  const messages = (thread.data?.messages ?? []).map((message) =>
    message.role === "user" ? { ...message, delivery: message.delivery ?? ("sent" as const) } : message,
  );
  const onItsWay: Message[] = sending.isPending
    ? [
        {
          id: "on-its-way",
          role: "user",
          author: "follower",
          content: sending.variables,
          timestamp: new Date(now).toISOString(),
          delivery: "queued",
          reason: null,
          attachments: [],
          forwarded: false,
          note: null,
        },
      ]
    : [];

  return (
    <section
      aria-label={t("simulator.phone_of", { name })}
      className={cn(
        "bg-surface md:border-foreground/85 dark:md:border-input/60 flex min-h-0 flex-col overflow-hidden md:rounded-[2.25rem] md:border-[7px] md:shadow-xl",
        className,
      )}
    >
      <header className="border-border flex items-center gap-3 border-b px-3 py-2.5 md:px-4 md:pt-3.5">
        <Button
          variant="ghost"
          size="icon"
          className="md:hidden"
          aria-label={t("common.back")}
          onClick={onBack}
        >
          <ArrowLeft />
        </Button>
        <Avatar name={name} platform={channel} />
        <div className="min-w-0">
          <h2 className="truncate text-sm font-semibold">{name}</h2>
          <p className="text-muted-foreground truncate text-xs">
            {t("simulator.writes_on", { platform: t(`platform.${channel}`), creator })}
          </p>
        </div>
      </header>
      {thread.isPending && (
        <div role="status" aria-label={t("common.loading")} className="flex flex-1 flex-col gap-3 p-4">
          <Skeleton className="h-10 w-2/3 self-end rounded-2xl" />
          <Skeleton className="h-16 w-3/4 rounded-2xl" />
        </div>
      )}
      {thread.isError && !thread.data && (
        <div className="grid flex-1 place-items-center">
          <ErrorNote error={thread.error} retry={thread.refetch} />
        </div>
      )}
      {thread.data && (
        <Thread
          className="min-h-0 flex-1"
          mine="follower"
          label={t("simulator.conversation_with", { name })}
          messages={[...messages, ...onItsWay]}
          older={
            thread.hasNextPage
              ? { load: () => void thread.fetchNextPage(), loading: thread.isFetchingNextPage }
              : undefined
          }
          empty={
            <Empty icon={MessageCircle} title={t("simulator.first_message")}>
              {t("simulator.first_message_hint")}
            </Empty>
          }
        />
      )}
      <Composer
        key={followerId}
        label={t("simulator.write")}
        send={sending.mutateAsync}
        sending={sending.isPending}
        error={sending.error}
      />
    </section>
  );
}
