import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { followUpsQuery } from "@/api/queries";
import { Empty } from "@/components/Empty";
import { cn } from "@/lib/cn";
import { useCreator } from "@/lib/session";
import { ClockPanel } from "./ClockPanel";
import { FollowerList } from "./FollowerList";
import { Happenings } from "./Happenings";
import { Phone } from "./Phone";
import { ResetDemo } from "./ResetDemo";

const route = getRouteApi("/simulator");

/** A follower's telephone, and beside it what Clonnect makes of what is written there. */
export function SimulatorPage() {
  const { t } = useTranslation();
  const { with: followerId, name } = route.useSearch();
  const navigate = route.useNavigate();
  const [side, setSide] = useState<"phone" | "clonnect">("phone");
  const choose = (chosen: string | undefined, called?: string) =>
    void navigate({ search: { with: chosen, name: called } });

  return (
    <div className="mx-auto flex min-h-0 w-full max-w-7xl flex-1 flex-col md:grid md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] md:gap-5 md:p-5 lg:grid-cols-[16rem_minmax(20rem,25rem)_minmax(20rem,1fr)]">
      {followerId !== undefined && (
        <div
          role="group"
          aria-label={t("simulator.view")}
          className="bg-sunken m-3 mb-1 grid grid-cols-2 gap-1 rounded-xl p-1 md:hidden"
        >
          {(["phone", "clonnect"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={side === each}
              onClick={() => setSide(each)}
              className={cn(
                "text-muted-foreground rounded-lg py-1.5 text-xs font-medium",
                side === each && "bg-surface text-foreground shadow-sm",
              )}
            >
              {t(`simulator.side.${each}`)}
            </button>
          ))}
        </div>
      )}
      <FollowerList
        chosen={followerId}
        onChoose={choose}
        className={cn("flex-1 max-md:p-3", followerId !== undefined && "max-lg:hidden")}
      />
      {followerId === undefined ? (
        <div className="border-border hidden min-h-0 place-items-center rounded-[2.25rem] border-2 border-dashed md:grid">
          <Empty icon={Smartphone} title={t("simulator.choose")}>
            {t("simulator.choose_hint")}
          </Empty>
        </div>
      ) : (
        <Phone
          followerId={followerId}
          newName={name}
          onBack={() => choose(undefined)}
          className={cn("flex-1", side !== "phone" && "max-md:hidden")}
        />
      )}
      <div
        className={cn(
          "scroll-thin flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto max-md:p-3",
          (side !== "clonnect" || followerId === undefined) && "max-md:hidden",
          followerId === undefined && "md:max-lg:hidden",
        )}
      >
        {followerId === undefined ? (
          <ClockPanel nextFollowUp={undefined} />
        ) : (
          <OneFollower followerId={followerId} />
        )}
        <ResetDemo onReset={() => choose(undefined)} />
      </div>
    </div>
  );
}

function OneFollower({ followerId }: { followerId: string }) {
  const followUps = useQuery(followUpsQuery(useCreator(), followerId));
  const next = followUps.data?.find(({ status }) => status === "pending");
  return (
    <>
      <ClockPanel nextFollowUp={next?.scheduled_at} />
      <Happenings followerId={followerId} />
    </>
  );
}
