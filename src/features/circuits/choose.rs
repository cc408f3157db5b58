//! Who carries a code.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::store;
use crate::{
    db::DbError,
    domain::{ids::MessageId, phone_number::PhoneNumber},
    sms::ProviderChoice,
};

/// A circuit that is not closed, in the way of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InTheWay {
    /// Whose.
    pub provider: ProviderChoice,
    /// Whether a text may try it.
    pub is_due: bool,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

/// Who carries a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The provider.
    pub provider: ProviderChoice,
    /// How many circuits the code tries, if it is the one that may; see [`take_probe`].
    pub probes: u16,
}

/// A code that is to be carried.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// Where to.
    pub to: &'a PhoneNumber,
    /// Who had it before and surely did not send it: the others come first.
    pub after: Option<ProviderChoice>,
    /// Whether nothing was tried for this person yet. Who has waited for a text in vain is not taken for a trial.
    pub is_first_try: bool,
}

/// Chooses who carries a code: the first of the order whose circuits are closed there, or let one through to try. Where
/// all are open it goes by whoever worked last: circuits choose, and never refuse.
///
/// # Errors
/// The database's.
pub fn choose(
    conn: &mut PgConnection,
    order: &[ProviderChoice],
    sending: &Sending<'_>,
) -> Result<Option<Chosen>, DbError> {
    let Sending { to, after, is_first_try } = *sending;
    let in_the_way = match order {
        // Nothing is to be chosen.
        [_] => Vec::new(),
        _ => store::list_in_the_way(conn, order, super::name_of(to.country()))?,
    };
    let (last, first): (Vec<_>, Vec<_>) = order.iter().copied().partition(|provider| Some(*provider) == after);
    Ok(pick(&[first, last].concat(), &in_the_way, is_first_try))
}

/// Takes the right to try what is in the way of a code, as the last thing of the transaction that readies it. Answers
/// whether it was still to be had.
///
/// # Errors
/// The database's.
pub fn take_probe(
    conn: &mut PgConnection,
    message: MessageId,
    chosen: Chosen,
    to: &PhoneNumber,
) -> Result<bool, DbError> {
    if chosen.probes == 0 {
        return Ok(true);
    }
    let country = super::name_of(to.country());
    store::lock(conn, chosen.provider)?;
    let taken = store::take_probe(conn, chosen.provider, country, chosen.probes)?;
    if taken {
        log::info!("event=provider_probe provider={} country={country} message={message}", chosen.provider.as_str());
    }
    Ok(taken)
}

fn pick(order: &[ProviderChoice], in_the_way: &[InTheWay], may_try: bool) -> Option<Chosen> {
    let of = |provider| in_the_way.iter().filter(move |circuit| circuit.provider == provider);
    let usable = order.iter().find(|provider| of(**provider).all(|circuit| circuit.is_due && may_try));
    let opened_last = || order.iter().max_by_key(|provider| of(**provider).map(|circuit| circuit.opened_at).max());
    match usable {
        Some(provider) => {
            Some(Chosen { provider: *provider, probes: u16::try_from(of(*provider).count()).unwrap_or(0) })
        }
        None => opened_last().map(|provider| Chosen { provider: *provider, probes: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::ProviderChoice::{Messaging, Verify};

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).expect("a moment")
    }

    fn open(provider: ProviderChoice, is_due: bool, minute: i64) -> InTheWay {
        InTheWay { provider, is_due, opened_at: at(minute) }
    }

    #[track_caller]
    fn picks(in_the_way: &[InTheWay], provider: ProviderChoice, probes: u16) {
        assert_eq!(pick(&[Verify, Messaging], in_the_way, true), Some(Chosen { provider, probes }), "{in_the_way:?}");
    }

    #[test]
    fn the_first_of_the_order_goes_first_while_nothing_is_in_its_way() {
        picks(&[], Verify, 0);
        picks(&[open(Messaging, false, 1)], Verify, 0);
        picks(&[open(Messaging, true, 1)], Verify, 0);
    }

    #[test]
    fn the_next_one_goes_while_the_first_rests_and_one_code_tries_when_it_may() {
        picks(&[open(Verify, false, 1)], Messaging, 0);
        picks(&[open(Verify, true, 1)], Verify, 1);
        picks(&[open(Verify, true, 1), open(Verify, true, 2)], Verify, 2);
        picks(&[open(Verify, true, 1), open(Verify, false, 2)], Messaging, 0);
    }

    #[test]
    fn who_has_waited_in_vain_is_not_taken_for_a_trial() {
        let both = [Verify, Messaging];
        let carries = |provider| Some(Chosen { provider, probes: 0 });
        assert_eq!(pick(&both, &[open(Verify, true, 1)], false), carries(Messaging));
        assert_eq!(pick(&both, &[open(Verify, true, 1), open(Messaging, true, 2)], false), carries(Messaging));
        assert_eq!(pick(&both, &[], false), carries(Verify));
    }

    #[test]
    fn where_none_is_usable_whoever_worked_last_goes_and_nobody_is_refused() {
        picks(&[open(Verify, false, 1), open(Messaging, false, 2)], Messaging, 0);
        picks(&[open(Verify, false, 3), open(Messaging, false, 2)], Verify, 0);
        picks(&[open(Verify, false, 1), open(Messaging, true, 2)], Messaging, 1);
        assert_eq!(pick(&[Verify], &[open(Verify, false, 1)], true), Some(Chosen { provider: Verify, probes: 0 }));
        assert_eq!(pick(&[], &[], true), None);
    }
}
