import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  redirect,
  useMatchRoute,
  type RouterHistory,
} from "@tanstack/react-router";
import { Columns3, Compass, Inbox, Smartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { LiveDot } from "@/components/LiveDot";
import { Shell, type Place } from "@/components/Shell";
import { BotSwitch } from "@/features/bot/BotSwitch";
import { UserMenu } from "@/features/session/UserMenu";
import { useWaitingCount } from "@/features/waiting/useWaitingCount";
import { useSession } from "@/lib/session";
import { useLive } from "@/lib/useLive";

function Root() {
  const { t } = useTranslation();
  const { creator, session } = useSession();
  const connection = useLive(creator);
  const waiting = useWaitingCount();
  const matches = useMatchRoute();
  const places: Place[] = [
    { to: "/waiting", label: t("waiting.title"), icon: Inbox, count: waiting },
    { to: "/leads", label: t("nav.leads"), icon: Columns3 },
    ...(session.demo ? [{ to: "/simulator", label: t("nav.simulator"), icon: Smartphone } as const] : []),
  ];
  const here = places.find(({ to }) => matches({ to }));
  return (
    <Shell
      places={places}
      title={here?.label ?? t("app.name")}
      status={<LiveDot connection={connection} />}
      controls={<BotSwitch />}
      menu={<UserMenu />}
    >
      <Outlet />
    </Shell>
  );
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="grid flex-1 place-items-center">
      <Empty icon={Compass} title={t("nav.not_found")}>
        {t("nav.not_found_hint")}
      </Empty>
    </div>
  );
}

const SimulatorPage = lazyRouteComponent(() => import("@/features/simulator/SimulatorPage"), "SimulatorPage");

/** The simulator writes as other people: it exists in a demo only. */
function SimulatorInDemo() {
  return useSession().session.demo ? <SimulatorPage /> : <Navigate to="/leads" />;
}

const words = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined;

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => redirect({ to: "/leads", throw: true }),
});

const leads = createRoute({
  getParentRoute: () => root,
  path: "/leads",
  component: lazyRouteComponent(() => import("@/features/leads/LeadsPage"), "LeadsPage"),
  validateSearch: (
    search: Record<string, unknown>,
  ): { q?: string | undefined; lead?: string | undefined } => ({
    q: words(search.q),
    lead: words(search.lead),
  }),
});

const waiting = createRoute({
  getParentRoute: () => root,
  path: "/waiting",
  component: lazyRouteComponent(() => import("@/features/waiting/WaitingPage"), "WaitingPage"),
});

const simulator = createRoute({
  getParentRoute: () => root,
  path: "/simulator",
  component: SimulatorInDemo,
  validateSearch: (
    search: Record<string, unknown>,
  ): { with?: string | undefined; name?: string | undefined } => ({
    with: words(search.with),
    name: words(search.name),
  }),
});

const routeTree = root.addChildren([home, waiting, leads, simulator]);

export function newRouter(history?: RouterHistory) {
  return createRouter({ routeTree, basepath: "/app", ...(history && { history }) });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
