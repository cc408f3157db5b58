//! What our hasher costs beside Argon2 alone: permits, blocking threads, salts and encoding, at full load on all cores.
//! The same parameters everywhere, in turns, so that whatever else the machine does hits all alike.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement, not the product"
)]

use std::{
    hint::black_box,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use latchkey::{
    crypto::{
        hasher::{Hasher, LANES, MEMORY_KIB, PASSES},
        keys::SecretKey,
    },
    domain::password::Password,
};

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_millis(1500);
const PASSWORD: &str = "a long enough pass phrase";

fn main() {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let hasher = Hasher::new(&SecretKey::for_development());
    let [mut ours, mut reused, mut allocated] = [0.0; 3];
    for _ in 0..ROUNDS {
        ours += through_the_hasher(&hasher, cores * 4) / ROUNDS as f64;
        reused += raw(cores, true) / ROUNDS as f64;
        allocated += raw(cores, false) / ROUNDS as f64;
    }
    println!("Argon2id, {MEMORY_KIB} KiB, {PASSES} passes, {LANES} lane, on {cores} cores");
    println!("{:44} {:>10} {:>12}", "", "hashes/s", "ours / this");
    for (name, rate) in [
        ("our hasher, four callers a core", ours),
        ("Argon2 alone, memory used again", reused),
        ("Argon2 alone, memory allocated each time", allocated),
    ] {
        println!("{name:44} {rate:10.1} {:12.2}", ours / rate);
    }
}

/// Hashes a second with so many callers, each asking again as soon as it has its answer.
fn through_the_hasher(hasher: &Hasher, callers: usize) -> f64 {
    actix_web::rt::System::new().block_on(async {
        let started = Instant::now();
        let done = Arc::new(AtomicU64::new(0));
        let callers = (0..callers).map(|_| {
            let (hasher, done) = (hasher.clone(), Arc::clone(&done));
            async move {
                while started.elapsed() < TURN {
                    let password = Password::parse(PASSWORD).unwrap();
                    let hash = hasher.run(move |slot| slot.hash(&password)).await.unwrap().unwrap();
                    black_box(hash.as_stored());
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        futures_util::future::join_all(callers).await;
        done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
    })
}

/// Hashes a second on so many threads with nothing around them.
fn raw(threads: usize, reuse: bool) -> f64 {
    let started = Instant::now();
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).unwrap();
                let pepper = [7; 64];
                let argon2 = Argon2::new_with_secret(&pepper, Algorithm::Argon2id, Version::V0x13, params).unwrap();
                let mut memory = vec![Block::new(); MEMORY_KIB as usize];
                let mut hash = [0; 32];
                while started.elapsed() < TURN {
                    let (password, salt) = (PASSWORD.as_bytes(), b"sixteen bytes ok");
                    if reuse {
                        argon2.hash_password_into_with_memory(password, salt, &mut hash, &mut memory).unwrap();
                    } else {
                        argon2.hash_password_into(password, salt, &mut hash).unwrap();
                    }
                    black_box(hash);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}
