"""Finance keeps price rules and vouchers by program; a quote takes them off."""

from starlette.testclient import TestClient

from tests.journeys.test_programs_order import API, open_draft, token
from tests.serving import app_of
from web.shop import Shop


def test_a_rule_and_a_voucher_are_kept_and_hold(shop: Shop) -> None:
    """Kept and replaced by code; wrong ones name their field and change nothing; a quote has both taken off."""
    client = TestClient(app_of(shop), base_url=f"http://127.0.0.1:8000{API}")
    finance = token(client, "finance")
    before = client.get("/prices/rules", headers=finance).json()
    rule = {"reason": {"en": "Spring"}, "percent_bp": 1000, "line": "jeans"}
    for wrong, field in (({"percent_bp": 0}, "percent"), ({"line": "hats"}, "line"), ({"reason": {}}, "reason")):
        refused = client.put("/prices/rules/spring", json={**rule, **wrong}, headers=finance)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            422,
            "PriceRuleNotValid",
            field,
        )
    nobody = client.put("/prices/rules/spring", json={**rule, "customer_id": "nobody"}, headers=finance)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "CustomerNotFound")
    assert client.get("/prices/rules", headers=finance).json() == before

    kept = client.put("/prices/rules/Spring", json=rule, headers=finance).json()
    assert (kept["code"], kept["percent_bp"], kept["valid_from"]) == ("spring", 1000, shop.now().date().isoformat())
    voucher = {"code": "hello-5", "reason": {"en": "Hello"}, "amount_minor": 500}
    added = client.post("/prices/vouchers", json=voucher, headers=finance)
    assert added.status_code == 201, added.text
    again = client.post("/prices/vouchers", json=voucher, headers=finance)
    assert (again.status_code, again.json()["code"]) == (409, "VoucherTaken")

    path, key, _body = open_draft(client, "jeans")
    quote = client.post(f"{path}/quotes", json={"voucher": added.json()["code"]}, headers=key).json()
    assert {each["code"] for each in quote["price"]["discounts"]} == {"spring", added.json()["code"]}
    assert client.delete("/prices/rules/spring", headers=finance).status_code == 204
    gone = client.delete("/prices/rules/spring", headers=finance)
    assert (gone.status_code, gone.json()["code"]) == (404, "PriceRuleNotFound")
    assert client.get("/prices/rules", headers=finance).json() == before
