//! The settings, as an administrator fills them in.

use scraper::Selector;

use super::browser::{Browser, Page};

/// The page.
pub const PAGE: &str = "/admin/settings";

/// The form, field by field, as a browser would send it.
#[derive(Clone, Debug)]
pub struct SettingsForm(Vec<(String, String)>);

impl SettingsForm {
    /// As a page shows it.
    pub fn on(page: &Page) -> Self {
        let controls = Selector::parse("form[action='/admin/settings'] :is(input[name], textarea)").unwrap();
        let html = page.html();
        let sent = html.select(&controls).filter_map(|control| {
            let element = control.value();
            let value = match (element.name(), element.attr("type")) {
                ("textarea", _) => control.text().collect(),
                (_, Some("checkbox")) if element.attr("checked").is_none() => return None,
                _ => element.attr("value").unwrap_or_default().to_owned(),
            };
            Some((element.attr("name")?.to_owned(), value))
        });
        Self(sent.collect())
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// With another value in a field, also in one that was not ticked.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a field.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self
    }

    /// With a field once more.
    pub fn twice(mut self, name: &str) -> Self {
        let value = self.value(name).unwrap().to_owned();
        self.0.push((name.to_owned(), value));
        self
    }

    /// Sends it.
    pub async fn sent_by(&self, browser: &Browser) -> Page {
        browser.send(browser.form(PAGE).form(&self.0)).await
    }
}

impl Browser {
    /// The form of the settings as it stands.
    pub async fn settings(&self) -> SettingsForm {
        let page = self.get(PAGE).await;
        page.shows(200, "Settings");
        SettingsForm::on(&page)
    }

    /// Changes settings; an empty value unticks a box.
    pub async fn sets(&self, changes: &[(&str, &str)]) {
        let mut form = self.settings().await;
        for (name, value) in changes {
            let unticked = value.is_empty() && name.starts_with("require_");
            form = if unticked { form.without(name) } else { form.with(name, value) };
        }
        form.sent_by(self).await.redirects_to(PAGE);
    }
}
