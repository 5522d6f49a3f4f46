from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import SlotUnavailable
from ..services import routing
from ..services.openings import midnight
from ..services.routing import Day, Visit


class FusionTechnicianTaskRoute(models.Model):
    """A day in the order that drives the least, without breaking what clients were told."""

    _inherit = "fusion.technician.task"

    @api.model
    def optimise_route(self, technician_id, date, apply=False):
        """A visit with a client stays within its arrival window; one without may begin at any hour
        of the day. What has begun, has helpers or overlaps by decision stays where it is.

        :param date: local day
        :param apply: move the visits; without it nothing is written
        :return: ``{"before": min, "after": min, "order": [task ids], "moves": [{"task_id", "name",
            "old_start", "start", "end"}]}``: minutes of driving, the whole day's order, naive UTC
        :raise UserError: more visits than can be tried
        :raise SlotUnavailable: when applying, the day was changed meanwhile
        """
        self._check_is_dispatcher()
        company, day = self.env.company, fields.Date.to_date(date)
        tasks = self._search_movable(company, self._browse_technician(technician_id), day)
        if apply and tasks:
            for task in tasks:
                task._lock_days(task.technician_id)
        visits, frame = self._prepare_route(company, technician_id, day, tasks)
        before = frame.drive([visit.place for visit in visits])
        best = routing.find_best(visits, frame) if tasks else None
        if not best or best[0] >= before:
            order = [visit.task_id for visit in visits if visit.task_id]
            return {"before": before, "after": before, "order": order, "moves": []}
        minutes, plan = best
        names = {task.id: task.name for task in tasks}
        moves = [
            {
                "task_id": visit.task_id,
                "name": names[visit.task_id],
                "old_start": visit.start,
                "start": start,
                "end": start + visit.duration,
            }
            for visit, start in plan
            if start != visit.start
        ]
        if apply:
            self._apply_moves(tasks, moves)
        order = [visit.task_id for visit, _start in plan if visit.task_id]
        return {"before": before, "after": minutes, "order": order, "moves": moves}

    def _search_movable(self, company, user, day):
        tz = company._fc_tz()
        begin = max(midnight(day, tz), fields.Datetime.now())
        return self.search(
            [
                ("company_id", "=", company.id),
                ("technician_id", "=", user.id),
                ("status", "=", "scheduled"),
                ("helper_ids", "=", False),
                ("allow_overlap", "=", False),
                ("datetime_start", ">=", begin),
                ("datetime_start", "<", midnight(day + timedelta(days=1), tz)),
            ],
            order="datetime_start, id",
        )

    def _prepare_route(self, company, technician_id, day, tasks):
        """:return: ``([Visit] by start, Day)``"""
        diary = self._load_diary(technician_id, company, day, day, False)
        wish = self._with_roads(self._make_wish(company, 1.0, 0.0, 0.0, None, (), False), [diary])
        work = diary.work.get(day, [])
        stops = sorted(diary.stops.get(day, ()), key=lambda stop: (stop.start, stop.end))
        fixed = [stop for stop in stops if stop.task_id not in tasks.ids]
        visits = [
            Visit(stop.task_id, stop.place, start := stop.start, stop.end - start, start, start)
            for stop in fixed
            if stop.place
        ]
        for task in tasks:
            place = (task.latitude, task.longitude, task.sudo().address_id.zip or "")
            start, duration = task.datetime_start, task.datetime_end - task.datetime_start
            earliest, latest = start, start + timedelta(minutes=task.window_minutes)
            if not task.partner_id and work:
                earliest, latest = max(work[0][0], fields.Datetime.now()), work[-1][1]
            visits.append(Visit(task.id, place, start, duration, earliest, latest))
        if len(visits) > routing.MAX_VISITS:
            raise UserError(
                self.env._(
                    "This day has more than %s visits: too many orders to be tried.",
                    routing.MAX_VISITS,
                )
            )
        frame = Day(
            work=work,
            taken=[stop for stop in fixed if not stop.place],
            home=diary.home,
            travel=wish.travel,
            tz=wish.tz,
            grid_minutes=wish.grid_minutes,
            is_first_leg_counted=wish.is_first_leg_counted,
            is_way_home_counted=wish.is_way_home_counted,
        )
        return sorted(visits, key=lambda visit: (visit.start, visit.task_id)), frame

    def _apply_moves(self, tasks, moves):
        """Two visits may change places: all of them are lifted off the day first."""
        moved = tasks.filtered(lambda task: task.id in {move["task_id"] for move in moves})
        with self._losing_is_told():
            moved.sudo().booking_ids.blocking = False
            self.env.flush_all()
            for move in moves:
                task = self.browse(move["task_id"])
                if task.datetime_start != move["old_start"]:
                    raise SlotUnavailable(self._get_reason_text("overlap"), "overlap")
                task.write({"datetime_start": move["start"], "datetime_end": move["end"]})
        for task in tasks:
            task.write(task._get_travel())
