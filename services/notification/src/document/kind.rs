//! The kinds of documents, and the fields of each.

use crate::template::Text;

kit::numbered! {
    /// Which document it is.
    enum Kind {
        /// 工作提示函.
        WorkReminder = 1,
        /// 预警单.
        WarningSheet = 2,
        /// 提醒单.
        ReminderSlip = 3,
        /// 核查对单.
        Checklist = 4,
        /// 责任令.
        ResponsibilityOrder = 5,
        /// 黄牌警告通知.
        YellowCardNotice = 6,
        /// 约谈通知.
        TalkNotice = 7,
        /// 表扬通报.
        Commendation = 8,
        /// 批评通报.
        Criticism = 9,
        /// 考核结果反馈.
        ResultFeedback = 10,
        /// 专项通报.
        SpecialBulletin = 11,
        /// 督查通报.
        InspectionBulletin = 12,
        /// 月通报.
        MonthlyBulletin = 13,
        /// 三色榜.
        TricolourBoard = 14,
        /// 调度、讲评、观摩通知.
        DispatchNotice = 15,
        /// 督办函.
        SupervisionLetter = 16,
    }
}

/// A field of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) says: &'static str,
    /// A list may be empty; a text must be given.
    pub(crate) list: bool,
}

const fn text(name: &'static str, says: &'static str) -> Field {
    Field { name, says, list: false }
}

const fn list(name: &'static str, says: &'static str) -> Field {
    Field { name, says, list: true }
}

const MATTER: Field = text("matter", "事项");
const SITUATION: Field = text("situation", "有关情况，一句或几句完整的话");
const DEMANDS: Field = list("demands", "工作要求");
const PROBLEMS: Field = list("problems", "存在问题");
const ITEMS: Field = list("items", "逐项内容");

impl Kind {
    /// Every kind, in order.
    pub(crate) const ALL: [Self; 16] = [
        Self::WorkReminder,
        Self::WarningSheet,
        Self::ReminderSlip,
        Self::Checklist,
        Self::ResponsibilityOrder,
        Self::YellowCardNotice,
        Self::TalkNotice,
        Self::Commendation,
        Self::Criticism,
        Self::ResultFeedback,
        Self::SpecialBulletin,
        Self::InspectionBulletin,
        Self::MonthlyBulletin,
        Self::TricolourBoard,
        Self::DispatchNotice,
        Self::SupervisionLetter,
    ];

    /// The last segment of its template's name.
    pub(crate) fn id(self) -> &'static str {
        self.built_in().0
    }

    /// The kind of that id.
    pub(crate) fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The fields of such a document.
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Self::WorkReminder | Self::WarningSheet | Self::SupervisionLetter => {
                const { &[MATTER, SITUATION, DEMANDS] }
            }
            Self::ReminderSlip | Self::Checklist => const { &[MATTER, ITEMS] },
            Self::ResponsibilityOrder => {
                const {
                    &[
                        text("task", "任务名称"),
                        text("target_effect", "目标效果"),
                        text("leader", "责任领导"),
                        list("measures", "工作措施"),
                    ]
                }
            }
            Self::YellowCardNotice => const { &[MATTER, text("ground", "黄牌的依据"), DEMANDS] },
            Self::TalkNotice => {
                const {
                    &[
                        MATTER,
                        text("ground", "约谈的原因"),
                        text("time", "约谈时间"),
                        text("place", "约谈地点"),
                        text("talker", "约谈人"),
                    ]
                }
            }
            Self::Commendation => {
                const {
                    &[MATTER, list("honours", "受表扬的单位和事迹"), text("call", "号召")]
                }
            }
            Self::Criticism => const { &[MATTER, list("grounds", "有关情况"), DEMANDS] },
            Self::ResultFeedback => {
                const {
                    &[
                        text("result", "得分、名次、等次"),
                        list("strong_points", "主要优势"),
                        list("weak_points", "短板弱项"),
                        list("suggestions", "改进建议"),
                    ]
                }
            }
            Self::SpecialBulletin => {
                const { &[MATTER, SITUATION, list("findings", "主要问题"), DEMANDS] }
            }
            Self::InspectionBulletin => {
                const {
                    &[
                        text("scope", "督查范围和方式"),
                        list("commended", "做得好的"),
                        PROBLEMS,
                        DEMANDS,
                    ]
                }
            }
            Self::MonthlyBulletin => {
                const { &[SITUATION, list("achievements", "工作成效"), PROBLEMS, DEMANDS] }
            }
            Self::TricolourBoard => {
                const {
                    &[MATTER, list("green", "绿榜"), list("yellow", "黄榜"), list("red", "红榜")]
                }
            }
            Self::DispatchNotice => {
                const {
                    &[
                        text("meeting", "会议或活动名称"),
                        text("time", "时间"),
                        text("place", "地点"),
                        list("agenda", "议程"),
                    ]
                }
            }
        }
    }

    /// It may be for everybody in the district.
    pub(crate) fn is_for_everybody(self) -> bool {
        matches!(
            self,
            Self::Commendation
                | Self::Criticism
                | Self::SpecialBulletin
                | Self::InspectionBulletin
                | Self::MonthlyBulletin
                | Self::TricolourBoard
                | Self::DispatchNotice
        )
    }

    /// It may be published for everybody to see.
    pub(crate) fn is_public(self) -> bool {
        self.is_for_everybody() && self != Self::DispatchNotice
    }

    /// It makes no sense without a due date.
    pub(crate) fn needs_due_date(self) -> bool {
        self == Self::ResponsibilityOrder
    }

    /// It makes no sense without a period.
    pub(crate) fn needs_period(self) -> bool {
        matches!(
            self,
            Self::ResultFeedback
                | Self::InspectionBulletin
                | Self::MonthlyBulletin
                | Self::TricolourBoard
        )
    }

    /// The series of its numbers where the district has set none.
    pub(crate) fn series(self) -> &'static str {
        match self {
            Self::ResponsibilityOrder => "责任令",
            Self::YellowCardNotice => "黄牌",
            kind if kind.is_public() => "考核办通报",
            _ => "考核办函",
        }
    }

    /// The texts that Saima brings, Chinese and English.
    pub(crate) fn texts(self) -> [Text; 2] {
        let file = self.built_in().1;
        let (chinese, english) = file.split_once("\n====\n").unwrap_or((file, file));
        [chinese, english].map(|part| {
            let (subject, body) = part.split_once("\n\n").unwrap_or((part, ""));
            Text { subject: subject.trim().to_owned(), body: body.trim_end().to_owned() }
        })
    }

    fn built_in(self) -> (&'static str, &'static str) {
        macro_rules! file {
            ($id:literal) => {
                ($id, include_str!(concat!("../../templates/document/", $id, ".jinja")))
            };
        }
        match self {
            Self::WorkReminder => file!("work-reminder"),
            Self::WarningSheet => file!("warning-sheet"),
            Self::ReminderSlip => file!("reminder-slip"),
            Self::Checklist => file!("checklist"),
            Self::ResponsibilityOrder => file!("responsibility-order"),
            Self::YellowCardNotice => file!("yellow-card-notice"),
            Self::TalkNotice => file!("talk-notice"),
            Self::Commendation => file!("commendation"),
            Self::Criticism => file!("criticism"),
            Self::ResultFeedback => file!("result-feedback"),
            Self::SpecialBulletin => file!("special-bulletin"),
            Self::InspectionBulletin => file!("inspection-bulletin"),
            Self::MonthlyBulletin => file!("monthly-bulletin"),
            Self::TricolourBoard => file!("tricolour-board"),
            Self::DispatchNotice => file!("dispatch-notice"),
            Self::SupervisionLetter => file!("supervision-letter"),
        }
    }
}
