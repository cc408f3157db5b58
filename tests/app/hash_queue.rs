//! A flood of passwords that are costly to rate and to hash (PWD-09, attack X-2).

use std::time::{Duration, Instant};

use crate::support::{TestApp, at_once, people};

/// The costliest known for the rater: each character stands for several others.
fn costly(number: usize) -> String {
    let mut password = "4@8({[<369!10$5+7%2".repeat(6);
    password.truncate(100);
    format!("{number}{password}")
}

#[actix_web::test]
async fn pwd_09_a_flood_of_costly_passwords_is_shed_and_leaves_no_trace() {
    let app = TestApp::start().await;
    // No brake has anything to say about people who come by the hundred.
    app.database.codes_were_entered_elsewhere();
    let tab = app.browser();
    let flood = at_once((0..300_usize).map(|number| {
        let browser = tab.fork().from(&format!("198.51.{}.{}", number / 250, number % 250 + 1));
        async move {
            let person = people::maid();
            browser.submit("/register", &person.fields_with("password", &costly(number))).await
        }
    }));
    let started = Instant::now();
    let health = async {
        let mut times = Vec::new();
        // The flood arrives within the first moments; from then on each look has its place among the rest.
        while times.len() < 50 {
            let asked = Instant::now();
            assert_eq!(tab.get("/healthz").await.status, 200);
            times.push(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.sort();
        times
    };
    let (answers, times) = futures_util::join!(flood, health);
    let took = started.elapsed();

    let mut shed = 0;
    for page in &answers {
        match page.status.as_u16() {
            503 => {
                page.shows(503, "We are very busy just now");
                assert!(page.header("retry-after").is_some());
                shed += 1;
            }
            303 | 422 => {}
            other => panic!("{other}: {}", page.text()),
        }
    }
    assert!(shed > 0 && shed < 300, "some are shed and some are served: {shed}");
    println!("300 in {took:?}: {shed} shed; /healthz {:?} in the middle, {:?} at worst", times[25], times[49]);
    assert!(times[45] < Duration::from_secs(1), "{times:?}");

    let over = Instant::now();
    people::maid().registers(&app, &app.browser()).await;
    assert!(over.elapsed() < Duration::from_secs(5), "{:?}", over.elapsed());
}
